"""A device file as its documentation describes it, read without Kelvin."""

import json
from dataclasses import dataclass

from .command import ROOT


@dataclass
class Device:
    site_count: int
    dt: float
    # Gates done by a change of frame.
    virtual: set
    native: set
    sites: dict
    # (gate, operands): (error, duration)
    figures: dict
    defaults: dict
    pairs: set

    def gate(self, name, sites):
        """Error and duration of a gate on its operands, or None where the machine does not have it."""
        if name in self.virtual:
            return 0.0, 0.0
        if name not in self.native or (len(sites) == 2 and tuple(sites) not in self.pairs):
            return None
        found = self.figures.get((name, tuple(sites)), self.defaults.get(name))
        if found is None or found[0] >= 1 or any(not self.is_alive(s) for s in sites):
            return None
        return found

    def is_alive(self, site):
        return self.sites[site].get("operational", True)

    def relaxation(self, site):
        """T1 and the T2 that physics allows; infinite where none is published."""
        t1 = self.sites[site].get("t1", float("inf"))
        t2 = self.sites[site].get("t2", float("inf"))
        return t1, min(t2, 2 * t1)


def shipped(name):
    return read(ROOT / "Sources" / "Drivers" / "Devices" / f"{name}.json")


def read(path):
    document = json.loads(path.read_text())
    figures, defaults = {}, {}
    for entry in document["calibration"]["gates"]:
        if "default" in entry:
            defaults[entry["gate"]] = (entry["default"]["error"], entry["default"]["duration"])
        for figure in entry.get("figures", []):
            figures[entry["gate"], tuple(figure["sites"])] = (figure["error"], figure["duration"])
    return Device(
        site_count=document["siteCount"],
        dt=document["timing"]["dt"],
        virtual={g["gate"] for g in document["gates"] if g.get("virtual")},
        native={g["gate"] for g in document["gates"]},
        sites={s["site"]: s for s in document["calibration"]["sites"]},
        figures=figures,
        defaults=defaults,
        pairs={tuple(p) for p in document["connectivity"]},
    )
