"""A headless Chromium that looks at HTML reports, driven over WebDriver. It asks nobody for anything but the page it is given."""

import base64
import json
import os
import pathlib
import shutil
import tempfile

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
except ImportError:
    webdriver = None

CHROMIUM = shutil.which("chromium")
CHROMEDRIVER = shutil.which("chromedriver")

ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions", "--disable-dev-shm-usage",
    "--hide-scrollbars", "--window-size=1280,1000", "--lang=en",
)


def missing():
    """What is not installed, or nothing."""
    if not webdriver:
        return "python3-selenium"
    if not CHROMIUM:
        return "chromium"
    return None if CHROMEDRIVER else "chromium-driver"


class Browser:
    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="rdsweep-chromium-")
        options = Options()
        options.binary_location = CHROMIUM
        for argument in ARGUMENTS:
            options.add_argument(argument)
        options.add_argument(f"--user-data-dir={self.profile}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(self.put_driver()))

    def put_driver(self):
        """A driver that ends with us, also where we are killed, and its Chromium with it."""
        path = os.path.join(self.profile, "driver")
        with open(path, "w") as file:
            file.write(f'#!/bin/sh\nexec setpriv --pdeathsig TERM {CHROMEDRIVER} "$@"\n')
        os.chmod(path, 0o755)
        return path if shutil.which("setpriv") else CHROMEDRIVER

    def close(self):
        self.driver.quit()
        shutil.rmtree(self.profile, ignore_errors=True)

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def open(self, path):
        self.console()
        self.requests()
        self.driver.get(pathlib.Path(path).absolute().as_uri())

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def console(self):
        """What was said on the console since the last time."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """What was asked of anybody since the last time, but for what the browser's own start page asks, at times only after
        another page was opened."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        sent = [message["params"] for message in messages if message["method"] == "Network.requestWillBeSent"]
        return [event["request"]["url"] for event in sent
                if event["documentURL"] != "data:," and not event["documentURL"].startswith("chrome:")]

    def prefer(self, scheme):
        self.command("Emulation.setEmulatedMedia",
                     features=[{"name": "prefers-color-scheme", "value": scheme}] if scheme else [])

    def size(self, width, height):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def picture(self, path, width, height, top=0):
        """A part of the page as PNG."""
        self.size(width, height)
        clip = {"x": 0, "y": top, "width": width, "height": height, "scale": 1}
        data = self.command("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))

    def print(self):
        """The page on paper, as PDF."""
        return base64.b64decode(self.command("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)["data"])
