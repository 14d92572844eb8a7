"""The manual page and the completions of bash, zsh and fish name what --help names, and work in these programs."""

import functools
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
import unittest.mock

from running import CLI, ROOT

FILES = ROOT / "examples" / "cli"
MANUAL = FILES / "superoffice-batch.1"
COMPLETIONS = FILES / "completions"
TAKE_SELECT = ("get", "watch")  # the others refuse it
TASK = ROOT / "include" / "superoffice" / "schema" / "batch_task_info.hpp"


@functools.cache
def help_of(*command):
    return subprocess.run([CLI, *command, "--help"], capture_output=True, text=True, check=True).stdout


def options_in(text):
    """{"--timeout": "SECONDS"}; None for one without a value."""
    found = re.findall(r"^ +(?:-\w, ?)?(--[\w-]+)(?: ([A-Z][A-Z,.\[\]]*))?(?=  |\n|$)", text, re.MULTILINE)
    return {name: value or None for name, value in found}


@functools.cache
def commands():
    listed = re.search(r"^Subcommands:\n(.*?)\n\n\n", help_of() + "\n\n\n", re.DOTALL | re.MULTILINE)[1]
    return re.findall(r"^ {0,2}([a-z]+)(?=\n|  )", listed, re.MULTILINE)


@functools.cache
def common_options():
    return options_in(help_of().partition("Subcommands:")[0])


@functools.cache
def options_of(command):
    """Those that only this command has, and the common ones."""
    return common_options() | options_in(help_of(command).partition("Options of every command:")[0])


@functools.cache
def options():
    return {name: value for command in commands() for name, value in (common_options() | options_of(command)).items()}


def needs(program):
    return unittest.skipUnless(shutil.which(program), f"{program} not found")


class Help(unittest.TestCase):
    def test_is_understood_here(self):
        self.assertLessEqual({"get", "watch", "stop", "probe"}, set(commands()))
        self.assertEqual(options()["--timeout"], "SECONDS")
        self.assertIsNone(options()["--json"])
        self.assertIn("--interval", options_of("watch"))
        self.assertNotIn("--interval", common_options())
        self.assertEqual([command for command in commands() if "--select" in help_of(command)], list(TAKE_SELECT))
        for command in commands():  # refused or not, as this file takes it to be
            said = subprocess.run([CLI, command, "1", "--select", "Id"], capture_output=True, text=True, check=False, env={}).stderr
            self.assertEqual("no server" in said, command in TAKE_SELECT, said)
        self.assertGreater(len(options()), 12)


class Manual(unittest.TestCase):
    text = MANUAL.read_text(encoding="utf-8")

    def entries(self):
        """{"--timeout": (value, text)} of the page's list of options."""
        listed = re.findall(r"^\.It Fl (?:\w , )?-([\w-]+)(?: Ar (\S+))?\n((?:(?!\.It |\.El)[^\n]*\n)*)", self.text, re.MULTILINE)
        return {f"--{name}": (value or None, text) for name, value, text in listed}

    @needs("mandoc")
    def test_mandoc_finds_no_fault(self):
        said = subprocess.run(["mandoc", "-Tlint", "-W", "style", MANUAL], capture_output=True, text=True, check=False)
        self.assertEqual((said.stdout + said.stderr, said.returncode), ("", 0))

    def test_options_are_those_of_the_help(self):
        self.assertEqual({name: value for name, (value, _) in self.entries().items()}, options())

    def test_defaults_are_those_of_the_help(self):
        told = re.findall(r"^ +(--[\w-]+) .*\((\d+)\)$", help_of() + help_of("watch"), re.MULTILINE)
        self.assertTrue(told)
        for name, default in told:
            self.assertIn(f"default is {default}.", self.entries()[name][1], name)

    def test_commands_are_those_of_the_help(self):
        self.assertEqual(re.findall(r"^\.It Cm (\w+)", self.text, re.MULTILINE), commands())
        self.assertEqual(re.findall(r"^\.Cm (\w+)", self.text.partition(".Sh DESCRIPTION")[0], re.MULTILINE), commands())

    def test_variables_are_those_of_the_help(self):
        def variables(text):
            return set(re.findall(r"SUPEROFFICE_[A-Z_]+|SSL_CERT_\w+|HTTPS_PROXY|NO_PROXY", text))
        self.assertEqual(variables(self.text), variables(help_of() + "".join(map(help_of, commands()))))

    def test_exit_codes_are_those_of_the_help(self):
        of_page = re.findall(r"^\.It (\d+)$", self.text, re.MULTILINE)
        of_help = re.findall(r"^ +(\d+) ", help_of().partition("Exit code")[2], re.MULTILINE)
        self.assertEqual(of_page, of_help)
        self.assertIn("143", of_page)


class Completion:
    """Each shell is asked what it offers where somebody presses Tab at the end of a line."""

    def test_commands(self):
        self.assertEqual(self.asked("superoffice-batch "), set(commands()))
        self.assertEqual(self.asked("superoffice-batch w"), {"watch"})
        self.assertEqual(self.asked("superoffice-batch --json w"), {"watch"})

    def test_options_before_the_command(self):
        self.assertEqual(self.asked("superoffice-batch --"), set(common_options()))

    def test_options_of_each_command(self):
        for command in commands():
            with self.subTest(command):
                self.assertEqual(self.asked(f"superoffice-batch {command} --"), set(options_of(command)))

    def test_values(self):
        listed = re.search(r"STRUCT\(BatchTaskInfo, \(\),\s*\((.*?)\)\)", TASK.read_text(encoding="utf-8"), re.DOTALL)[1]
        self.assertEqual(self.asked("superoffice-batch --tls "), {"1.2", "1.3"})
        self.assertEqual(self.asked("superoffice-batch get --select "), set(re.findall(r"\w+", listed)))
        files = self.asked("superoffice-batch get --ca-file examples/cli/superoffice-batch.")
        self.assertTrue(any(name.endswith("superoffice-batch.1") for name in files), files)

    def test_ids_are_those_of_tasks_that_the_command_is_for(self):
        running, succeeded, kept, failed = {"1000", "23"}, {"1497"}, {"3000"}, {"2000"}
        wanted = {"get": running, "watch": running, "stop": running, "fetch": running, "output": succeeded | kept,
                  "delete": succeeded | kept | failed}
        with tempfile.TemporaryDirectory() as folder:
            tool = pathlib.Path(folder, "superoffice-batch")
            tool.write_text('#!/bin/sh\ncase "$*" in\n'
                            '"list --state Started --timeout 3") printf "1000  Started  42 %%  A b\\n23  Started  7 %%  -\\n" ;;\n'
                            '"list --state Succeeded --timeout 3") printf "1497  Succeeded  100 %%  A\\n" ;;\n'
                            '"list --state SucceededManualCleanup --timeout 3") printf "3000  SucceededManualCleanup  100 %%  A\\n" ;;\n'
                            '"list --state Failed --timeout 3") printf "2000  Failed  10 %%  A\\n" ;;\n'
                            '*) exit 7 ;;\nesac\n')
            tool.chmod(0o755)
            with unittest.mock.patch.dict(os.environ, PATH=f"{folder}:{os.environ['PATH']}"):
                for command, ids in wanted.items():
                    with self.subTest(command):
                        self.assertEqual(self.asked(f"superoffice-batch {command} "), ids)
                self.assertEqual(self.asked("superoffice-batch get 10"), {"1000"})
                for command in ("get", "watch", "delete"):
                    self.assertLessEqual(wanted[command], self.asked(f"superoffice-batch {command} 5 7 "))
                self.assertNotIn("23", self.asked("superoffice-batch probe "))


def printed_by(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, timeout=60).stdout


@needs("bash")
class Bash(Completion, unittest.TestCase):
    def asked(self, line):
        words = line.split(" ")
        script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); '
                  '_superoffice_batch; printf "%s\\n" "${COMPREPLY[@]}"')
        return set(printed_by("bash", "-c", script, "bash", COMPLETIONS / "superoffice-batch.bash", *words).split())

    def test_is_clean(self):
        printed_by("bash", "-n", COMPLETIONS / "superoffice-batch.bash")


@needs("fish")
class Fish(Completion, unittest.TestCase):
    def asked(self, line):
        with tempfile.TemporaryDirectory() as home:
            script = f"set -x HOME {home}; source {COMPLETIONS}/superoffice-batch.fish; complete -C $argv[1]"
            printed = printed_by("fish", "--no-config", "-c", script, line)
        return {row.partition("\t")[0] for row in printed.splitlines() if row.partition("\t")[0] not in ("-h",)}


# An interactive zsh in a terminal of zsh's own. Tab lists the choices and says that they are all there.
IN_ZSH = r"""
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PS1= PS2= RPS1=; unsetopt prompt_sp prompt_cr; stty -echo cols 300 rows 1000; TERM=dumb; fpath=('$1' $fpath)'
zpty -w z 'autoload -U compinit; compinit -u -D; LISTMAX=0; unsetopt zle_bracketed_paste 2>/dev/null'
zpty -w z 'zstyle ":completion:*" list-packed false; zstyle ":completion:*" verbose false'
zpty -w z 'zstyle ":completion:*" completer _complete; zstyle ":completion:*" list-separator "#"'
zpty -w z 'shown() { compadd() { local -a got; builtin compadd -O got "$@"; print -rl -- "MATCH:"${^got} }; _main_complete; unfunction compadd; print -r -- "ALL""SHOWN" }'
zpty -w z 'zle -C shown complete-word shown; bindkey "^I" shown; echo set""up'
zpty -r z before '*setup*'
zpty -w -n z "$2"$'\t'
zpty -r z after '*ALLSHOWN*'
zpty -d z
print -r -- $after
"""


@needs("zsh")
class Zsh(Completion, unittest.TestCase):
    def asked(self, line):
        printed = printed_by("zsh", "-f", "-c", IN_ZSH, "zsh", COMPLETIONS, line)
        return set(re.findall(r"MATCH:([^\s]+)", printed))


if __name__ == "__main__":
    unittest.main()
