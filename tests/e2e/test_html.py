#!/usr/bin/env python3
"""The HTML report in a real browser: it is quiet, asks nobody, and its table works.

Exit code 77: the browser is not installed.
"""

import http.server
import json
import os
import re
import shutil
import statistics
import sys
import tempfile
import threading

import browser
import lib
from lib import session

HOSTILE = ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "</script><img src=x onerror=alert(1)>", "a\u2028b",
           "\u202eevil", "&amp;\"'", "{{constructor}}", "\u7530\u4e2d"]
KEYSTROKE_MS = 100

# Each text against what is behind it, by WCAG 2: 4.5 is wanted.
CONTRAST = r"""
function rgb(text) { var m = text.match(/[\d.]+/g).map(Number); return m.length > 3 && m[3] === 0 ? null : m; }
function light(c) { return c.slice(0, 3).map(function (v) { v /= 255; return v <= .03928 ? v / 12.92 : Math.pow((v + .055) / 1.055, 2.4); })
    .reduce(function (sum, v, i) { return sum + v * [.2126, .7152, .0722][i]; }, 0); }
function behind(e) { for (; e; e = e.parentElement) { var c = rgb(getComputedStyle(e).backgroundColor); if (c) return c; } return [255, 255, 255]; }
var bad = [];
document.querySelectorAll('body *').forEach(function (e) {
    var svg = e instanceof SVGTextElement;
    if (!Array.prototype.some.call(e.childNodes, function (n) { return n.nodeType === 3 && n.data.trim(); })) return;
    if (/^(SCRIPT|STYLE|NOSCRIPT|TITLE|OPTION|OPTGROUP|DESC)$/i.test(e.tagName) || !e.getClientRects().length) return;
    var a = light(rgb(svg ? getComputedStyle(e).fill : getComputedStyle(e).color)), b = light(behind(svg ? e.closest('div') : e));
    var ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) bad.push([e.tagName, String(e.getAttribute('class')), e.textContent.slice(0, 30), ratio.toFixed(2)].join(' '));
});
return bad;
"""


def many(hosts, per_host):
    """A report of one run with hosts x per_host sessions, by the pattern of a real one."""
    with open(os.path.join(Html.folder, "small.json"), "rb") as file:
        report = json.load(file)
    pattern = next(entry for host in report["hosts"] for entry in host["sessions"] if entry["outcome"] == "logged_off")
    report["hosts"] = [{**report["hosts"][0], "host": f"rdsh{h:04}", "address": None, "error": None, "sessions": [
        {**pattern, "id": 2 + s, "user": f"user{h * per_host + s}", "duration_ms": (h * 7919 + s * 31) % 60000}
        for s in range(per_host)]} for h in range(hosts)]
    report["errors"] = []
    for of, count in (("hosts", hosts), ("sessions", hosts * per_host)):
        totals = report["totals"][of]
        totals.update({name: 0 for name in totals})
        totals.update({"total": count, "succeeded" if of == "hosts" else "logged_off": count})
    report["totals"]["sessions"]["selected"] = hosts * per_host
    return report


class Html(lib.Case):
    """All tests look at the same pages with one browser."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="rdsweep-html-")
        cls.browser = browser.Browser()
        cls.make()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def setUp(self):  # not a folder for each
        pass

    @classmethod
    def make(cls):
        self = cls()
        options = self.fleet([f"rdsh{i:03}" for i in range(1, 9)], lib.scenario(hosts={
            "rdsh001": {"sessions": [session(2 + i, "CORP\\" + user) for i, user in enumerate(HOSTILE)]},
            "rdsh002": {"faults": [{"call": "open", "error": 1722}]},
            "rdsh003": {"sessions": [session(2, "CORP\\alice", idle_s=7200), session(3, "CORP\\carol", idle_s=30)],
                        "faults": [{"call": "logoff", "user": "CORP\\carol", "error": 5}]},
            "rdsh004": {"faults": [{"call": "probe", "refused": True}]}}))
        self.expect(1, "logoff", *options, "--all", "--yes", "-q", "--retry-delay", "10ms", "--verify-interval", "20ms", "--wave",
                    "1,100%", "--reason", "<b>\"it's\" & more</b>", "-o", "small.json", "-o", "small.html")
        self.put("many.json", many(1000, 20))
        self.expect(0, "report", "convert", "many.json", "-o", "many.html")

    def page(self, name="small.html"):
        self.browser.prefer(None)
        self.browser.size(1280, 1000)
        self.browser.open(self.path(name))
        return self.browser.run

    def type(self, text):
        self.browser.run("var s = document.getElementById('search'); s.value = arguments[0];"
                         "s.dispatchEvent(new Event('input', {bubbles: true}));", text)

    def choose(self, value):
        self.browser.run("var p = document.getElementById('pick'); p.value = arguments[0];"
                         "p.dispatchEvent(new Event('change', {bubbles: true}));", value)

    def count(self):
        """(shown, all) as the page says them."""
        numbers = [int(n.replace(",", "")) for n in re.findall(r"[\d,]+", self.browser.run(
            "return document.getElementById('count').textContent"))]
        return (numbers[0], numbers[-1])

    def cells(self, column):
        return self.browser.run("return Array.from(document.querySelectorAll('#body .c-' + arguments[0]))"
                                ".map(function (cell) { return cell.textContent; })", column)

    def sort(self, column):
        """Clicks a heading; what it says of itself then."""
        return self.browser.run("var head = document.querySelector('#head .c-' + arguments[0]);"
                                "head.firstChild.click(); return head.getAttribute('aria-sort');", column)

    def assert_quiet_and_alone(self):
        self.assertEqual([], self.browser.console())
        self.assertEqual(["file"], [url.partition(":")[0] for url in self.browser.requests()])

    def test_quiet_and_alone(self):
        self.page()
        self.assert_quiet_and_alone()

    def test_policy__nothing_can_be_loaded_or_run(self):
        asked = []

        class Server(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *arguments):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.page()
        left = self.browser.driver.execute_async_script("""
            var done = arguments[1], base = arguments[0], image = new Image(), style = document.createElement('link');
            var script = document.createElement('script'), inline = document.createElement('script');
            style.rel = 'stylesheet'; style.href = base + '/style'; document.head.appendChild(style);
            script.src = base + '/script'; document.head.appendChild(script);
            inline.textContent = 'window.ran = true'; document.head.appendChild(inline);
            image.onerror = function () { fetch(base + '/fetch').then(function () { done('fetched'); }, function () {
                done(window.ran ? 'ran' : 'blocked'); }); };
            image.onload = function () { done('loaded'); };
            image.src = base + '/image';""", f"http://127.0.0.1:{server.server_port}")
        self.assertEqual("blocked", left)
        self.assertEqual([], asked)

    def test_names_stay_text(self):
        run = self.page()
        self.type("rdsh001")
        shown = self.cells("user")
        for user in HOSTILE:
            wanted = user.replace("\u2028", "\\u{2028}").replace("\u202e", "\\u{202e}")
            self.assertIn("CORP\\" + wanted, shown)
        self.type("</script><img")
        self.assertEqual(1, self.count()[0])
        self.assertEqual(0, run("return document.images.length"))
        self.assertEqual("<b>\"it's\" & more</b>", run(
            "return Array.from(document.querySelectorAll('.facts dt')).find(function (e) {"
            " return e.textContent === 'Reason'; }).nextSibling.textContent"))

    def test_filter_and_search(self):
        self.page()
        report = self.report("small.json")
        all_rows = sum((host["error"] is not None or not host["sessions"]) + len(host["sessions"]) for host in report["hosts"])
        self.assertEqual((all_rows, all_rows), self.count())
        self.choose("session:logged_off")
        self.assertEqual(report["totals"]["sessions"]["logged_off"], self.count()[0])
        self.choose("kind:undone")
        self.assertEqual(["rdsh002", "rdsh003", "rdsh004"], self.cells("host"))
        self.assertEqual(["failed (host)", "failed", "failed (host)"], self.cells("outcome"))
        self.type("ACCESS denied")
        self.assertEqual(["CORP\\carol"], self.cells("user"))
        self.type("no such thing")
        self.assertEqual(0, self.count()[0])
        self.assertFalse(self.browser.run("return document.getElementById('none').hidden"))
        self.browser.run("document.getElementById('clear').click()")
        self.assertEqual((all_rows, all_rows), self.count())

    def test_an_error_leads_to_its_rows(self):
        run = self.page()
        names = run("return Array.from(document.querySelectorAll('.todo > li')).map(function (item) {"
                    " return item.querySelector('h3').firstChild.textContent.trim(); })")
        self.assertEqual({"CONNECT_REFUSED", "ERROR_ACCESS_DENIED", "RPC_S_SERVER_UNAVAILABLE"}, set(names))
        run("document.querySelectorAll('.todo .show')[arguments[0]].click()", names.index("ERROR_ACCESS_DENIED"))
        self.assertEqual(["CORP\\carol"], self.cells("user"))
        self.assertEqual("ERROR_ACCESS_DENIED (5, WTSLogoffSession)", self.cells("why")[0])

    def test_sort(self):
        self.page()
        before = self.cells("user")
        self.assertEqual("ascending", self.sort("user"))
        users = [user.lower() for user in self.cells("user") if user]
        self.assertEqual(sorted(users), users)
        self.assertEqual("", self.cells("user")[-1] if len(self.cells("user")) == self.count()[0] else "")
        self.assertEqual("descending", self.sort("user"))
        users = [user.lower() for user in self.cells("user") if user]
        self.assertEqual(sorted(users, reverse=True), users)
        self.assertIsNone(self.sort("user"))
        self.assertEqual(before, self.cells("user")[:len(before)])
        self.choose("session:logged_off")
        self.sort("idle")
        idle = sorted((entry["idle_s"], entry["user"]) for _, entry in lib.sessions_of(self.report("small.json"))
                      if entry["outcome"] == "logged_off")
        self.assertEqual("CORP\\" + idle[-1][1], self.cells("user")[-1])
        self.assertEqual("ascending", self.sort("id"))
        self.assertIsNone(self.browser.run("return document.querySelector('#head .c-idle').getAttribute('aria-sort')"))
        ids = [int(cell) for cell in self.cells("id")]
        self.assertEqual(sorted(ids), ids)

    def test_20000_rows(self):
        run = self.page("many.html")
        self.assert_quiet_and_alone()
        self.assertEqual((20000, 20000), self.count())
        self.assertLess(run("return document.querySelectorAll('#body tr').length"), 120)
        # The best of three, as other programs want the machine too.
        took = run("""
            var search = document.getElementById('search'), took = [], text = 'rdsh0123 logged user24';
            for (var i = 1; i <= text.length; i++) {
                var best = Infinity;
                for (var round = 0; round < 3; round++) {
                    var start = performance.now();
                    search.value = text.slice(0, i);
                    search.dispatchEvent(new Event('input', {bubbles: true}));
                    document.body.offsetHeight;
                    best = Math.min(best, performance.now() - start);
                }
                took.push(best);
            }
            return took;""")
        self.assertLess(statistics.median(took), KEYSTROKE_MS, took)
        self.assertEqual(20, self.count()[0])
        self.type("")
        self.sort("took")
        self.sort("took")
        run("var box = document.getElementById('rows'); box.scrollTop = box.scrollHeight; box.dispatchEvent(new Event('scroll'));")
        self.assertEqual("20001", run("return document.querySelector('#body tr:last-child').getAttribute('aria-rowindex')"))
        self.assertEqual("0 ms", self.cells("took")[-1])
        self.assertLess(run("return document.querySelectorAll('#body tr').length"), 120)

    def test_keyboard(self):
        run = self.page()
        keys = self.browser.driver.switch_to
        body = self.browser.driver.find_element("tag name", "body")
        body.send_keys("/")
        self.assertEqual("search", keys.active_element.get_attribute("id"))
        keys.active_element.send_keys("carol")
        self.assertEqual(1, self.count()[0])
        keys.active_element.send_keys("\ue00c")  # Escape
        self.assertGreater(self.count()[0], 1)
        self.assertEqual("0", run("return document.getElementById('rows').getAttribute('tabindex')"))

    def test_for_a_screen_reader(self):
        run = self.page()
        self.assertEqual("en", run("return document.documentElement.lang"))
        for what in ("main", "header", "footer", "h1", "caption + thead, caption ~ thead"):
            self.assertEqual(1, run("return document.querySelectorAll(arguments[0]).length", what), what)
        self.assertEqual([], run("""
            var bad = [];
            document.querySelectorAll('svg').forEach(function (svg) {
                if (svg.getAttribute('aria-hidden') === 'true') return;
                if (svg.getAttribute('role') !== 'img' || !svg.querySelector('title') || !svg.querySelector('desc').textContent) bad.push(svg.outerHTML.slice(0, 80));
            });
            document.querySelectorAll('input, select').forEach(function (field) { if (!field.labels.length) bad.push(field.id); });
            document.querySelectorAll('[aria-labelledby]').forEach(function (e) {
                e.getAttribute('aria-labelledby').split(' ').forEach(function (id) { if (!document.getElementById(id)) bad.push(id); }); });
            document.querySelectorAll('#body tr:not([aria-hidden]) th, #head th').forEach(function (th) { if (!th.scope) bad.push('scope'); });
            var levels = Array.from(document.querySelectorAll('h1,h2,h3')).map(function (h) { return +h.tagName[1]; });
            levels.forEach(function (level, i) { if (i && level > levels[i - 1] + 1) bad.push('heading ' + i); });
            var ids = Array.from(document.querySelectorAll('[id]')).map(function (e) { return e.id; });
            if (new Set(ids).size !== ids.length) bad.push('an id twice');
            return bad;"""))
        self.assertEqual(["status", "polite"], run("var c = document.getElementById('count'); return [c.getAttribute('role'), c.getAttribute('aria-live')]"))
        self.assertEqual(str(self.count()[0] + 1), run("return document.getElementById('grid').getAttribute('aria-rowcount')"))

    def test_light_and_dark(self):
        backgrounds = []
        run = self.page()
        for scheme in ("light", "dark"):
            self.browser.prefer(scheme)
            backgrounds.append(run("return getComputedStyle(document.body).backgroundColor"))
            self.assertEqual([], run(CONTRAST), scheme)
        self.assertNotEqual(*backgrounds)
        self.assertLess(sum(int(n) for n in re.findall(r"\d+", backgrounds[1])), 150)

    def test_narrow__nothing_is_cut_off(self):
        run = self.page()
        for width in (768, 390, 320):
            self.browser.size(width, 900)
            self.assertLessEqual(run("return document.documentElement.scrollWidth"), width)

    def timeline(self, name):
        """(height of the picture, its bars with their titles, its source) of a page, the bars by [left, right, title]."""
        run = self.page(name)
        return run("var svg = document.querySelector('svg[aria-labelledby^=timeline]');"
                   "return [svg.getBoundingClientRect().height, Array.from(svg.querySelectorAll('rect'), function (bar) {"
                   "var x = Number(bar.getAttribute('x')); return [x, x + Number(bar.getAttribute('width')), bar.textContent]; }),"
                   "svg.outerHTML]")

    def test_timeline__few_hosts__a_bar_each_wave_after_wave(self):
        _, bars, _ = self.timeline("small.html")
        with open(self.path("small.json"), encoding="utf-8") as file:
            acted = [host for host in json.load(file)["hosts"] if "acted_at" in host]
        self.assertEqual(len(acted) + 1, len(bars))
        self.assertIn("survey and question", bars[0][2])
        self.assertRegex(bars[1][2], r"^rdsh001: succeeded, \d\d:\d\d:\d\d to \d\d:\d\d:\d\d, ")
        for bar in bars[2:]:  # after the survey and the first wave
            self.assertGreaterEqual(bar[0] + .2, max(bars[0][1], bars[1][1]) - 3)
        self.assertEqual(sorted(host["host"] for host in acted), sorted(bar[2].partition(":")[0] for bar in bars[1:]))

    def test_timeline__many_hosts__folded(self):
        height, bars, source = self.timeline("many.html")
        self.assertEqual(1, len(bars))
        self.assertLess(height, 400)
        self.assertLess(len(source), 8000)
        self.assertIn("wave 1: 1000 hosts", source)
        self.assertIn("at most 1,000", self.browser.run("return document.body.textContent"))

    def test_print(self):
        run = self.page("many.html")
        self.type("rdsh000")
        rows = self.count()[0]
        self.assertEqual(200, rows)
        run("window.dispatchEvent(new Event('beforeprint'))")
        self.assertEqual(rows, run("return document.querySelectorAll('#body tr').length"))
        run("window.dispatchEvent(new Event('afterprint'))")
        self.assertLess(run("return document.querySelectorAll('#body tr').length"), 120)
        pdf = self.browser.print()
        self.assertTrue(pdf.startswith(b"%PDF"))
        self.assertGreater(len(re.findall(rb"/Type\s*/Page\b", pdf)), 3)

    def test_without_a_script(self):
        self.browser.command("Emulation.setScriptExecutionDisabled", value=True)
        self.addCleanup(self.browser.command, "Emulation.setScriptExecutionDisabled", value=False)
        self.browser.open(self.path("small.html"))
        text = self.browser.driver.find_element("tag name", "body").text
        for wanted in ("logoff", "What to do first", "ERROR_ACCESS_DENIED", "Sessions by outcome", "needs JavaScript", "When hosts acted", "Wave by wave"):
            self.assertIn(wanted, text)
        self.assertFalse(self.browser.driver.find_element("id", "table").is_displayed())


if __name__ == "__main__":
    if browser.missing():
        print(f"{browser.missing()} is missing: skipped")
        sys.exit(77)
    lib.main()
