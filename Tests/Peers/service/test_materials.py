"""The bill of materials against the schema of CycloneDX, as their own library has it."""

import json
import os
import subprocess

from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL


def test_the_bill_of_materials_is_cyclonedx():
    text = subprocess.run([os.environ["KELVIND"], "sbom"], capture_output=True, text=True, check=True).stdout
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    assert error is None, error
    document = json.loads(text)
    bill = Bom.from_json(document)
    assert bill.metadata.component.name == "kelvind"
    # Nothing refers to what is not there, and nothing is there twice.
    bill.validate()
    references = [component["bom-ref"] for component in document["components"]]
    assert len(set(references)) == len(references)
    for component in document["components"]:
        if "purl" in component:
            assert PackageURL.from_string(component["purl"]).version == component["version"]
    # The judge can say no.
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text.replace('"library"', '"thing"', 1)) is not None
