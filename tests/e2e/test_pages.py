"""Parser, help, man page, completions, README and the table of exit codes say the same; the shells take the completions."""

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import time
import unittest

import lib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOCS = os.path.join(ROOT, "docs")
COMPLETIONS = os.path.join(DOCS, "completions")


def read(*parts):
    with open(os.path.join(ROOT, *parts), encoding="utf-8") as file:
        return file.read()


def needs(program):
    return unittest.skipIf(shutil.which(program) is None, f"{program} is not installed")


class Option:
    def __init__(self, letter, name, argument):
        self.letter, self.name, self.argument = letter, name, argument

    @property
    def names(self):
        return [f"-{self.letter}"] * bool(self.letter) + [f"--{self.name}"]

    @property
    def choices(self):
        """What stands for the value, where it lists all that there is."""
        return self.argument.split("|") if re.fullmatch(r"[a-z]+(\|[a-z]+)+", self.argument or "") else []


class Tables(lib.Case):
    """What the program itself says: its help."""

    def setUp(self):
        super().setUp()
        overview = self.expect(0, "help").out
        commands = overview.split("Commands:\n")[1].split("\n\n")[0]
        self.commands = [line.split()[0] for line in commands.splitlines()]
        self.exit_codes = {int(code): meaning for code, meaning in
                           re.findall(r"^  (\d+) +(.+)$", overview.split("Exit codes:\n")[1], re.M)}
        self.options = {command: self.options_of(command) for command in self.commands}
        self.words = {command: self.words_of(command) for command in self.commands}

    def help_of(self, command):
        return self.expect(0, "help", command).out

    def options_of(self, command):
        return [Option(letter, name, argument) for letter, name, argument in
                re.findall(r"^  (?:-(\w), |    )--([a-z-]+)(?: (\S+))?(?:$|  )", self.help_of(command), re.M)]

    def words_of(self, command):
        usage = re.match(r"Usage: rdsweep \S+ ?(\S*)", self.help_of(command))[1]
        return usage.split("|") if re.fullmatch(r"[a-z|]+", usage) else []

    def all_options(self):
        return {option.name: option for options in self.options.values() for option in options}


class Agreement(Tables):
    def test_help_has_what_everybody_expects(self):
        self.assertIn("sessions", self.commands)
        self.assertIn("logoff", self.commands)
        self.assertGreater(len(self.all_options()), 40)
        self.assertEqual(["auto", "always", "never"], self.all_options()["color"].choices)
        for command in self.commands:
            self.assertIn("help", [option.name for option in self.options[command]])

    def test_parser_takes_what_the_help_says_and_nothing_else(self):
        for command in self.commands:
            own = {option.name for option in self.options[command]}
            for name, option in self.all_options().items():
                # The help ends the reading; a mistake before it is an error.
                value = [] if not option.argument else [option.choices[0] if option.choices else ""]
                arguments = [f"--{name}" + (f"={value[0]}" if value else "")]
                with self.subTest(command=command, option=name):
                    result = self.run_program(command, *arguments, "--help")
                    belongs = "belongs to" not in result.err
                    self.assertNotIn("unknown option", result.err)
                    self.assertEqual(name in own, belongs, result.err)

    def test_man_page(self):
        text = read("docs", "rdsweep.1")
        self.assertEqual(self.commands, re.findall(r"^\.It Cm (\S+) No", text, re.M))
        self.assertEqual(self.commands, re.findall(r"^\.Nm\n\.Cm (\S+)$", text, re.M))
        seen = {}
        for letter, name, argument, body in re.findall(
                r'^\.It(?: Fl (\w) ,)? Fl "\\-([^"]+)"(?: Ar "([^"]+)")?\n(.*?)(?=^\.(?:It|El))', text, re.M | re.S):
            name = name.replace("\\-", "-")
            self.assertNotIn(name, seen)
            seen[name] = (letter, argument, re.search(r"^\.br\nOf (.*)\.$", body, re.M | re.S)[1].replace("\n", " ").split(", "))
        self.assertEqual(set(self.all_options()), set(seen))
        for name, (letter, argument, commands) in seen.items():
            with self.subTest(option=name):
                option = self.all_options()[name]
                self.assertEqual((option.letter, option.argument), (letter, argument))
                self.assertEqual([c for c in self.commands if name in [o.name for o in self.options[c]]], commands)
        status = text.split(".Sh EXIT STATUS\n")[1].split(".El\n")[0]
        self.assertEqual(list(self.exit_codes), [int(code) for code in re.findall(r"^\.It (\d+)$", status, re.M)])

    def test_bash(self):
        text = read("docs", "completions", "rdsweep.bash")
        found = {command: (words.split(), files, options.split()) for command, words, files, options in re.findall(
            r"^\t([a-z]+)\)\n\t\twords=\"(.*)\"\n\t\tfiles=(\w*)\n\t\toptions='(.*)'\n", text, re.M)}
        self.assertEqual(self.commands, list(found))
        for command, (words, _, options) in found.items():
            self.assertEqual([name for option in self.options[command] for name in option.names], options)
            self.assertEqual(self.words[command] if command != "help" else ["$commands"], words)

    def test_zsh(self):
        text = read("docs", "completions", "_rdsweep")
        self.assertEqual(self.commands, re.findall(r"^\t\t'([a-z]+):", text, re.M))
        for command in self.commands:
            body = re.search(rf"^\t{command}\)\n(.*?)^\t\t;;$", text, re.M | re.S)[1]
            found = re.findall(r"(?:\{-(\w)\+?,--([a-z-]+)=?\}|^\t\t\t(?:'\*')?--([a-z-]+)=?)'\[", body, re.M)
            self.assertEqual([(o.letter, o.name) for o in self.options[command]],
                             [(letter, name or alone) for letter, name, alone in found])

    def test_fish(self):
        text = read("docs", "completions", "rdsweep.fish")
        found = re.findall(r"^complete -c rdsweep -n '__rdsweep_is ([a-z ]+)'(?: -s (\w))? -l ([a-z-]+)", text, re.M)
        self.assertEqual(set(self.all_options()), {name for _, _, name in found})
        for commands, letter, name in found:
            self.assertEqual([c for c in self.commands if name in [o.name for o in self.options[c]]], commands.split())
            self.assertEqual(self.all_options()[name].letter, letter)

    def test_powershell(self):
        """There is none to run it: its text is looked at."""
        text = read("docs", "completions", "rdsweep.ps1")
        self.assertEqual(self.commands, re.findall(r"^        '([a-z]+)' = @\{ Help = '", text, re.M))
        found = re.findall(r"^        @\{ Names = @\(([^)]*)\); Value = '(\w+)'; Choices = @\(([^)]*)\); "
                           r"Commands = @\(([^)]*)\); Help = '((?:[^']|'')*)' \}$", text, re.M)
        items = lambda list_: re.findall(r"'([^']*)'", list_)
        self.assertEqual(set(self.all_options()), {items(names)[-1][2:] for names, *_ in found})
        for names, value, choices, commands, _ in found:
            option = self.all_options()[items(names)[-1][2:]]
            self.assertEqual(option.names, items(names))
            self.assertEqual(option.argument == "", value == "none")
            if value == "choices":
                self.assertEqual(option.choices, items(choices))
            self.assertEqual([c for c in self.commands if option.name in [o.name for o in self.options[c]]], items(commands))
        # Brackets of every kind are closed, outside of texts.
        bare = re.sub(r"'(?:[^']|'')*'|\"[^\"]*\"|#.*", "", text)
        for left, right in ("()", "{}", "[]"):
            self.assertEqual(bare.count(left), bare.count(right))

    def test_readme_has_all_exit_codes(self):
        table = read("README.md").split("## Exit codes")[1].split("##")[0]
        codes = [int(code) for row in re.findall(r"^\| ([\d, ]+) \|", table, re.M) for code in row.split(",")]
        self.assertEqual(sorted(self.exit_codes), sorted(codes))


class ManPage(Tables):
    PAGE = os.path.join(DOCS, "rdsweep.1")

    @needs("mandoc")
    def test_mandoc_finds_nothing(self):
        result = subprocess.run(["mandoc", "-T", "lint", self.PAGE], capture_output=True, text=True)
        self.assertEqual(("", 0), (result.stdout + result.stderr, result.returncode))

    @needs("man")
    def test_man_warns_of_nothing(self):
        environment = {**os.environ, "MANROFFSEQ": "", "MANWIDTH": "100", "LC_ALL": "C.UTF-8"}
        result = subprocess.run(["man", "--warnings", "-l", self.PAGE], capture_output=True, text=True, env=environment)
        self.assertEqual(("", 0), (result.stderr, result.returncode))
        text = re.sub(r".\x08", "", result.stdout)
        for title in ("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "OPTIONS", "ENVIRONMENT", "FILES", "EXIT STATUS",
                      "EXAMPLES", "SEE ALSO"):
            self.assertRegex(text, rf"(?m)^{title}$")
        # What is typed is what can be copied: plain hyphens and quotes.
        self.assertIn("rdsweep sessions -i farm.ini -u 'CORP\\alice'", text)
        self.assertIn("--max-failures N|P%", text)


@needs("bash")
class Bash(Tables):
    def complete(self, *words):
        """What is offered for the last word; `=` is a word of its own, as readline makes it."""
        script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }; _rdsweep; '
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        result = subprocess.run(["bash", "--norc", "-c", script, "bash", os.path.join(COMPLETIONS, "rdsweep.bash"), "rdsweep",
                                 *words], capture_output=True, text=True, cwd=self.folder)
        self.assertEqual("", result.stderr)
        return result.stdout.split("\n")[:-1] if result.stdout.strip() else []

    def test_commands_options_values_files(self):
        self.put("a farm.ini", "")
        self.put("x.json", "")
        self.assertEqual([*self.commands, "--help", "--version"], self.complete(""))
        self.assertEqual(["logoff"], self.complete("logo"))
        for command in self.commands:
            self.assertEqual([name for option in self.options[command] for name in option.names], self.complete(command, "-"))
            self.assertEqual(self.words[command] if command != "help" else self.commands,
                             self.complete(command, "") if self.words[command] or command == "help" else [])
        for option in self.all_options().values():
            if option.choices:
                self.assertEqual(option.choices, self.complete("logoff", f"--{option.name}", ""))
                self.assertEqual(option.choices, self.complete("logoff", f"--{option.name}", "="))
                self.assertEqual(option.choices[:1], self.complete("logoff", f"--{option.name}", "=", option.choices[0]))
        self.assertEqual(["a farm.ini"], self.complete("logoff", "-i", "a"))
        self.assertEqual(["a farm.ini", "x.json"], sorted(self.complete("report", "show", "")))
        self.assertEqual([], self.complete("logoff", "--idle", ""))
        self.assertEqual([], self.complete("logoff", ""))

    def test_at_a_prompt(self):
        shell = Shell(self, ["bash", "--norc", "--noprofile", "-i"], env={"PS1": "> ", "TERM": "dumb", "INPUTRC": "/dev/null"})
        shell.set_up(f"bind 'set bell-style none'; source '{COMPLETIONS}/rdsweep.bash'")
        shell.assert_completes("rdsweep inv", "rdsweep inventory ")
        shell.assert_completes("rdsweep logoff --dry", "rdsweep logoff --dry-run ")
        shell.assert_completes("rdsweep sessions --format=js", "rdsweep sessions --format=json ")
        self.put("farm.ini", "")
        shell.assert_completes("rdsweep sessions -i far", "rdsweep sessions -i farm.ini ")


class Shell:
    """An interactive shell at a terminal of its own."""

    def __init__(self, case, command, env):
        self.case = case
        self.seen = b""
        pid, self.master = pty.fork()
        if pid == 0:
            os.chdir(case.folder)
            os.execvpe(command[0], command, {"PATH": os.environ["PATH"], "HOME": case.folder, "LC_ALL": "C.UTF-8", **env})
        self.pid = pid
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 300, 0, 0))
        case.addCleanup(self.close)

    def set_up(self, commands):
        """Until the shell has done them and asks for more: what is typed ahead is no line to be completed."""
        self.type(commands + "; echo rea''dy\n")
        self.wait_for("ready\n")
        self.seen = self.seen[self.seen.rindex(b"ready"):]
        self.wait_for("> ")

    def close(self):
        os.close(self.master)  # the shell gets a hangup
        os.waitpid(self.pid, 0)

    def type(self, text):
        os.write(self.master, text.encode())

    def wait_for(self, text):
        end = time.monotonic() + lib.PATIENCE_S
        while text not in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|.\x08|[\r\x07]", "", self.seen.decode(errors="replace")):
            ready, _, _ = select.select([self.master], [], [], max(0, end - time.monotonic()))
            self.case.assertTrue(ready, f"{text} does not come: {self.seen}")
            self.seen += os.read(self.master, 65536)

    def assert_completes(self, typed, wanted):
        """`typed` and a tab make `wanted`; the line is given up afterwards."""
        self.seen = b""
        self.type(typed + "\t")
        self.wait_for(wanted)
        self.type("\x15")  # Ctrl-U


@needs("zsh")
class Zsh(Tables):
    def test_at_a_prompt(self):
        shell = Shell(self, ["zsh", "-f", "-i"], env={"PS1": "> ", "TERM": "xterm"})
        shell.set_up(f"unsetopt PROMPT_SP; fpath=('{COMPLETIONS}' $fpath); autoload -U compinit; compinit -u -D")
        self.put("farm.ini", "")
        shell.assert_completes("rdsweep inv", "rdsweep inventory ")
        shell.assert_completes("rdsweep inventory gr", "rdsweep inventory graph ")
        shell.assert_completes("rdsweep logoff --dry", "rdsweep logoff --dry-run ")
        shell.assert_completes("rdsweep sessions --format=js", "rdsweep sessions --format=json ")
        shell.assert_completes("rdsweep sessions --color al", "rdsweep sessions --color always ")
        shell.assert_completes("rdsweep sessions -i far", "rdsweep sessions -i farm.ini ")
        shell.assert_completes("rdsweep help resu", "rdsweep help resume ")

    def test_syntax(self):
        result = subprocess.run(["zsh", "-f", "-n", os.path.join(COMPLETIONS, "_rdsweep")], capture_output=True, text=True)
        self.assertEqual(("", 0), (result.stderr, result.returncode))


@needs("fish")
class Fish(Tables):
    def complete(self, line):
        script = f"source '{COMPLETIONS}/rdsweep.fish'; complete -C $argv[1]"
        result = subprocess.run(["fish", "--no-config", "-c", script, line], capture_output=True, text=True, cwd=self.folder,
                                env={**os.environ, "HOME": self.folder})
        self.assertEqual("", result.stderr)
        return [offer.split("\t")[0] for offer in result.stdout.splitlines()]

    def test_commands_options_values_files(self):
        self.put("farm.ini", "")
        self.assertEqual(sorted(self.commands), sorted(self.complete("rdsweep ")))
        for command in self.commands:
            longs = {f"--{option.name}" for option in self.options[command]}
            found = {offer.split("=")[0] for offer in self.complete(f"rdsweep {command} --")}
            self.assertEqual(longs, found)
            if self.words[command]:
                self.assertTrue(set(self.words[command]) <= set(self.complete(f"rdsweep {command} ")))
        self.assertEqual(["tcp", "none"].sort(), self.complete("rdsweep logoff --probe ").sort())
        self.assertEqual({"auto", "always", "never"}, set(self.complete("rdsweep logoff --color ")))
        self.assertIn("farm.ini", self.complete("rdsweep logoff -i "))
        self.assertNotIn("farm.ini", self.complete("rdsweep logoff --idle "))
        self.assertIn("farm.ini", self.complete("rdsweep report show "))
        self.assertEqual(sorted(self.commands), sorted(self.complete("rdsweep help ")))


if __name__ == "__main__":
    lib.main()
