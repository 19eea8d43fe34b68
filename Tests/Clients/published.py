"""Programs that other people published, run as they are.

Nothing of them is kept here: they come with the packages that are installed, or with their source archives.
"""

import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import metadata
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "kelvin" / "published"


def machine(directory, name):
    """Gives a directory of devices a machine that bears the name which a published program asks for."""
    shipped = Path(__file__).resolve().parents[2] / "Sources/Drivers/Devices/heron-133.json"
    Path(directory, name + ".json").write_text(json.dumps({**json.loads(shipped.read_text()), "id": name}))


def archive(requirement):
    """Where the source archive of a package lies, such as `quri-parts-oqtopus==1.1.5`."""
    place = CACHE / requirement.replace("==", "-")
    if not place.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        # Whole or not at all: a run that is cut off leaves nothing behind under the name.
        with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
            subprocess.run(
                [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                 "--no-binary", ":all:", "--dest", scratch, requirement], check=True)
            (packed,) = Path(scratch).glob("*.tar.gz")
            with tarfile.open(packed) as file:
                file.extractall(scratch + "/unpacked", filter="data")
            (tree,) = Path(scratch, "unpacked").iterdir()
            tree.rename(place)
    return place


def readme(package, word):
    """The one example in a package's description, as PyPI shows it, in which a word stands."""
    examples = re.findall(r"```python\n(.*?)```", metadata(package).get_payload(), re.S)
    (found,) = [example for example in examples if word in example]
    return found


def run(program, environment, *arguments, directory=None, seconds=120):
    """What a program prints: a file, or a text. It must end well."""
    words = [str(program)] if isinstance(program, Path) else ["-c", program]
    done = subprocess.run(
        [sys.executable, *words, *arguments], cwd=directory, timeout=seconds, text=True, capture_output=True,
        env={**os.environ, **environment})
    assert done.returncode == 0, f"{program}\n{done.stdout}\n{done.stderr}"
    return done.stdout
