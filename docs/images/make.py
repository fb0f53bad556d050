#!/usr/bin/env python3
"""Makes the pictures of the documents from the simulated fleet: ./dev pictures"""

import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

import browser  # noqa: E402


def make_report(program, folder):
    for name, copy in (("demo.ini", "farm.ini"), ("demo-scenario.json", "farm-sim.json")):
        (folder / copy).write_bytes((ROOT / "inventory" / "examples" / name).read_bytes())
    subprocess.run([
        program, "logoff", "-i", "farm.ini", "--sim", "farm-sim.json", "--all", "--protect", "CORP\\vip*", "--yes", "-q",
        "--wave", "1,10%,100%", "--connect-timeout", "1s", "--call-timeout", "3s", "--verify-timeout", "8s", "--retry-delay", "200ms",
        "--reason", "patch night", "-o", "night.html", "--journal", "night.jsonl"], cwd=folder, check=False, stderr=subprocess.DEVNULL)
    return folder / "night.html"


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    if browser.missing():
        sys.exit(f"{browser.missing()} is missing")
    with tempfile.TemporaryDirectory(prefix="rdsweep-pictures-") as folder:
        page = make_report(program, pathlib.Path(folder))
        chromium = browser.Browser()
        try:
            chromium.prefer("light")
            chromium.size(1000, 760)
            chromium.open(page)
            chromium.picture(HERE / "report.png", 1000, 760)
            chromium.size(1000, 400)
            top, height = chromium.run("var box = document.getElementById('timeline-title').closest('section').getBoundingClientRect();"
                                       "return [box.top + window.scrollY, box.height];")
            chromium.picture(HERE / "report-timeline.png", 1000, int(height) + 28, top - 14)
            chromium.prefer("dark")
            chromium.size(1160, 620)
            chromium.run("var pick = document.getElementById('pick'); pick.value = 'kind:undone';"
                         "pick.dispatchEvent(new Event('change'));")
            top = chromium.run("return document.getElementById('sessions').getBoundingClientRect().top + window.scrollY")
            chromium.picture(HERE / "report-table.png", 1160, 620, top - 14)
        finally:
            chromium.close()
    # A picture of text has few colours.
    subprocess.run(["pngquant", "--force", "--ext", ".png", "--strip", "64", *sorted(HERE.glob("*.png"))], check=True)


if __name__ == "__main__":
    main()
