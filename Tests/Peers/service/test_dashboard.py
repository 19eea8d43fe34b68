"""The dashboard in Debian's Chromium: signed in, walked through by mouse and by keyboard, in light and dark, wide and narrow;
axe finds nothing, nothing is fetched from elsewhere, and the pictures show what they should."""

import io
import json
import shutil
import urllib.request
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect, sync_playwright

from daemon import Daemon

EXAMPLES = Path(__file__).parents[3] / "Examples"
PAGES = ["#/fleet", "#/fleet/heron-133", "#/fleet/emerald-54", "#/write", "#/jobs", "#/usage", "#/admin"]
SCREENS = {"wide": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 800}}


@pytest.fixture(scope="module")
def daemon():
    daemon = Daemon()
    daemon.jobs = {}
    for name, more in [("teleport", {}), ("bell", {"observables": ["ZZ", "0.5*XX+IZ"]})]:
        daemon.jobs[name] = submit(daemon, name, more)
    yield daemon
    daemon.stop()


def submit(daemon, name, more):
    text = (EXAMPLES / f"{name}.qasm").read_text()
    if "observables" in more:
        text = "OPENQASM 3.0; include \"stdgates.inc\"; qubit[2] q; h q[0]; cx q[0], q[1];"
    request = urllib.request.Request(
        daemon.url + "/v1/jobs", data=json.dumps({"program": text, "name": name, "seed": 5, **more}).encode(),
        headers={"Authorization": "Bearer " + daemon.token, "Content-Type": "application/json"})  # fmt: skip
    job = json.loads(urllib.request.urlopen(request, timeout=60).read())["id"]
    assert json.loads(daemon.get(f"/v1/jobs/{job}?wait=60"))["status"] == "completed"
    return job


@pytest.fixture(scope="module")
def browser():
    path = shutil.which("chromium")
    assert path, "apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visitor:
    """A signed-in page, and everything that it should not have done."""

    def __init__(self, browser, daemon, scheme="light", screen="wide", sign_in=True):
        self.daemon, self.faults = daemon, []
        self.context = browser.new_context(color_scheme=scheme, viewport=SCREENS[screen])
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda message: self.faults.append(message.text) if message.type in ("error", "warning") and "401" not in message.text else None)  # fmt: skip
        self.page.on("request", lambda request: self.faults.append(request.url) if not request.url.startswith(daemon.url + "/") else None)  # fmt: skip
        self.page.goto(daemon.url + "/")
        if sign_in:
            self.page.get_by_label("Token").fill(daemon.token)
            self.page.keyboard.press("Enter")
            expect(self.page.get_by_role("heading", name="Fleet")).to_be_visible(timeout=60_000)

    def open(self, place):
        self.page.evaluate("place => { location.hash = place }", place)
        expect(self.page.locator("main h1")).to_be_visible(timeout=60_000)
        self.page.wait_for_load_state("networkidle")

    def close(self):
        self.context.close()
        assert not self.faults, self.faults


def accessible(page):
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_every_page_is_accessible(browser, daemon, scheme, screen):
    visitor = Visitor(browser, daemon, scheme, screen)
    for place in PAGES + [f"#/jobs/{job}" for job in daemon.jobs.values()]:
        visitor.open(place)
        accessible(visitor.page)
        # Nothing sticks out of the screen: what is wide scrolls by itself.
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place
    visitor.close()


def test_wrong_tokens_and_the_way_out(browser, daemon):
    visitor = Visitor(browser, daemon, sign_in=False)
    page = visitor.page
    accessible(page)
    page.get_by_label("Token").fill("kelvin_" + "A" * 43)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("not in force")
    page.get_by_label("Token").fill(daemon.token)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Fleet")).to_be_visible()
    cookie = next(c for c in visitor.context.cookies() if c["name"] == "kelvin_session")
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict" and daemon.token not in json.dumps(cookie)
    assert page.evaluate("document.cookie") == ""
    assert daemon.token not in page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    page.reload()
    expect(page.get_by_role("heading", name="Fleet")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    visitor.close()


def test_a_program_is_written_and_run_by_keyboard_alone(browser, daemon):
    visitor = Visitor(browser, daemon)
    page = visitor.page
    visitor.open("#/write")
    text = page.get_by_label("OpenQASM program")
    text.focus()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text('OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[3] q;\nbit[3] c;\nhh q[0];\n')
    wrong = page.locator(".diagnostics li").first
    expect(wrong).to_contain_text("QASM0201")
    expect(wrong).to_contain_text("did you mean 'h'?")
    expect(page.get_by_role("region", name="Dry run")).to_contain_text("without errors")
    # The place of the error, from the error.
    wrong.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("(() => { const t = document.activeElement; return t.value.slice(t.selectionStart, t.selectionEnd) })()") == "hh"  # fmt: skip
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(
        'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[3] q;\nbit[3] c;\nx q[0];\ncx q[0], q[2];\nc = measure q;\n')
    expect(page.locator(".good")).to_contain_text("No errors")
    page.get_by_label("Device").select_option("ideal")
    expect(page.get_by_role("region", name="Circuit")).to_contain_text("q[2]")
    text.focus()
    page.keyboard.press("Control+Enter")
    run = page.get_by_role("region", name="Run", exact=True)
    expect(run).to_contain_text("completed", timeout=60_000)
    expect(run.locator("svg text").first).to_have_text("101")
    run.get_by_role("link", name="All of it").click()
    expect(page.get_by_role("heading", name="Provenance")).to_be_visible()
    visitor.close()


def test_a_job_is_shown_whole(browser, daemon):
    visitor = Visitor(browser, daemon)
    page = visitor.page
    visitor.open(f"#/jobs/{daemon.jobs['teleport']}")
    result = json.loads(daemon.get(f"/v1/jobs/{daemon.jobs['teleport']}/result"))
    counts = result["results"][0]["samples"][0]["counts"]
    page.get_by_text("outcomes in numbers").click()
    rows = page.get_by_role("region", name="Result", exact=True).locator("tbody tr")
    assert {r.locator("td").nth(0).inner_text(): int(r.locator("td").nth(1).inner_text()) for r in rows.all()} == counts
    steps = page.get_by_role("region", name="Timeline").locator("tbody tr")
    assert [r.locator("td").nth(0).inner_text() for r in steps.all()] == [s["step"] for s in result["timing"]["steps"]]
    expect(page.get_by_role("region", name="Provenance")).to_contain_text(result["device"]["calibration"])
    expect(page.get_by_role("region", name="Trust")).to_contain_text("emulated")
    visitor.open(f"#/jobs/{daemon.jobs['bell']}")
    estimates = json.loads(daemon.get(f"/v1/jobs/{daemon.jobs['bell']}/result"))["results"][0]["estimates"]
    for estimate in estimates:
        expect(page.get_by_role("region", name="Result", exact=True)).to_contain_text(f"{estimate['value']:.5f}")
    visitor.close()


def colours(page, locator):
    """How many pixels have each colour, without the smooth edges."""
    image = Image.open(io.BytesIO(locator.screenshot())).convert("RGB")
    return {colour: n for n, colour in image.getcolors(1 << 24) if n > 30}


def test_the_map_shows_the_calibration(browser, daemon):
    visitor = Visitor(browser, daemon)
    page = visitor.page
    visitor.open("#/fleet/heron-133")
    drawing = page.locator("main svg[role=img]").first
    expect(drawing).to_be_visible()
    seen = colours(page, drawing)
    for colour in [(0x21, 0x66, 0xAC), (0xB2, 0x18, 0x2B)]:
        assert seen.get(colour, 0) > 300, "the best and the worst are drawn"
    device = json.loads(daemon.get("/v1/devices/heron-133"))["device"]
    cz = next(g for g in device["calibration"]["gates"] if g["gate"] == "cz")["figures"]
    assert drawing.locator("line").count() == len({tuple(sorted(f["sites"])) for f in cz})
    assert drawing.locator("line.dead").count() == len({tuple(sorted(f["sites"])) for f in cz if f["error"] == 1})
    assert drawing.locator("circle").count() == 133
    visitor.close()


def test_light_and_dark(browser, daemon):
    def brightness(visitor):
        image = Image.open(io.BytesIO(visitor.page.screenshot())).convert("L")
        return sum(image.tobytes()) / (image.width * image.height)

    light, dark = Visitor(browser, daemon, "light"), Visitor(browser, daemon, "dark")
    assert brightness(light) > 200 > 90 > brightness(dark)
    light.page.get_by_role("button", name="Light or dark").click()
    light.page.mouse.move(0, 0)
    assert brightness(light) < 90
    light.page.reload()
    expect(light.page.get_by_role("heading", name="Fleet")).to_be_visible()
    assert brightness(light) < 90
    light.close()
    dark.close()


def test_users_are_made_and_see_less(browser, daemon):
    visitor = Visitor(browser, daemon)
    page = visitor.page
    visitor.open("#/admin")
    page.get_by_label("New user").fill("alice")
    page.get_by_label("In", exact=True).fill("local/main")
    page.get_by_label("Role").select_option("viewer")
    page.get_by_role("region", name="Users", exact=True).get_by_role("button", name="Make").click()
    row = page.locator("tr", has_text="local/alice")
    expect(row).to_contain_text("viewer of local/main")
    row.get_by_role("button", name="New token").click()
    secret = page.locator("pre", has_text="kelvin_").inner_text()
    visitor.close()
    daemon.admin, daemon.token = daemon.token, secret
    try:
        viewer = Visitor(browser, daemon)
        assert viewer.page.get_by_role("link", name="Administration").count() == 0
        viewer.open("#/jobs")
        expect(viewer.page.get_by_role("link", name=daemon.jobs["teleport"], exact=True)).to_be_visible()
        viewer.context.close()
    finally:
        daemon.token = daemon.admin
