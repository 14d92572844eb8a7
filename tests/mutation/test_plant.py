"""Tests of the script that plants bugs: it finds what can be planted, and it notices tests that do not."""

import contextlib
import io
import pathlib
import re
import shutil
import sys
import tempfile
import textwrap
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import mutants  # noqa: E402
import plant  # noqa: E402

LISTED = (HERE / "weak" / "equivalent.toml").read_text(encoding="utf-8")
MISSED = """
[[mutant]]
header = "limit.hpp"
line = "return size <= most;"
change = "<= becomes <"
reason = "Only for this test: in fact it is a bug that the weak test misses."
"""
GONE = MISSED.replace("size <= most", "size <= fewest")
NOTICED = """
[[mutant]]
header = "limit.hpp"
line = "constexpr int larger(int a, int b) noexcept { return a < b ? b : a; }"
change = "? takes the other way"
reason = "Only for this test: it is noticed."
"""


class Places(unittest.TestCase):
    def changes(self, code):
        return [mutant.change for mutant in mutants.Header("x.hpp", textwrap.dedent(code)).mutants()]

    def test_finds_operators_limits_statements_checks_and_errors(self):
        self.assertEqual(self.changes("""
            inline constexpr int most = 4;
            inline int f(std::span<const char> a, T&& b) {
                if (a.size() > most && b) return errc::no_clock;
                wipe(a, b);
                total += 1;
                return g(a) ? 'x' : 'y';
            }
            """), [
            "4 becomes 4 + 1", "the condition is never true", "the condition is always true", "> becomes >=",
            "&& without its left side", "&& without its right side", "errc::no_clock becomes errc::unexpected_status",
            "wipe(a, b) becomes wipe(b, a)", "dropped: wipe(a, b);", "dropped: total += 1;", "+= becomes -=", "1 becomes 1 + 1",
            "? takes the other way", "'x' becomes the next one", "'y' becomes the next one"])

    def test_a_bug_in_a_constant_has_to_be_built(self):
        found = mutants.Header("x.hpp", textwrap.dedent("""
            constexpr int most = 4;
            int f(int a) {
                constexpr bool strict = true;
                constexpr int rows[][2] = {{5, 6}, {'a', 7}};
                const int fewest = 8;
                g({a, 9});
                return a < 10 ? rows[a][0] : most;
            }
            """)).mutants()
        self.assertEqual([mutant.change.split()[0] for mutant in found if mutant.must_be_built],
                         ["4", "true", "5", "6", "'a'", "7"])
        self.assertLessEqual({"8", "9", "10"}, {mutant.change.split()[0] for mutant in found if not mutant.must_be_built})

    def test_leaves_out_what_only_the_compiler_reads(self):
        self.assertEqual(self.changes("""
            // if (a < b) x = 1;
            #define LESS a < b
            static_assert(sizeof(int) == 4);
            template <class T> requires (sizeof(T) < 4)
            struct s { std::vector<int> a; int f(const T& b) = delete; };
            inline const char* text = "a < b";
            inline void g() { list<pair<int>> all{a}; text<(a)> made; }
            """), [])

    def test_a_key_does_not_depend_on_the_place(self):
        line = "inline bool f(int a) { return a < b; }\n"
        one = mutants.Header("x.hpp", line).mutants()
        other = mutants.Header("x.hpp", "// one more line\n\n" + line).mutants()
        self.assertEqual([mutant.key for mutant in one], [mutant.key for mutant in other])
        self.assertEqual([mutant.rank(7) for mutant in one], [mutant.rank(7) for mutant in other])
        self.assertNotEqual([mutant.rank(7) for mutant in one], [mutant.rank(8) for mutant in one])

    def test_equal_lines_are_numbered(self):
        found = mutants.Header("x.hpp", "inline void f() {\n    g(a);\n    g(a);\n}\n").mutants()
        self.assertEqual([(mutant.line, mutant.nth) for mutant in found], [("g(a);", 1), ("g(a);", 2)])


class WeakTests(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        shutil.copytree(HERE / "weak", pathlib.Path(cls.folder.name, "weak"))

    def run_on_weak(self, *equivalent):
        folder = pathlib.Path(self.folder.name)
        (folder / "weak" / "equivalent.toml").write_text(LISTED + "".join(equivalent), encoding="utf-8")
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            code = plant.main(["--targets", str(folder / "weak" / "targets.toml"), "--folder", str(folder / "build")])
        return code, printed.getvalue()

    def test_a_bug_that_no_test_notices_fails_the_run(self):
        code, printed = self.run_on_weak()
        self.assertEqual(code, 1, printed)
        self.assertIn("line = 'return size <= most;'\n    change = '<= becomes <'\n", printed)
        self.assertIn(", 1 argued, 1 open,", printed.splitlines()[-1])
        self.assertRegex(printed, r"\([1-9]\d* by a crash, [1-9]\d* by a hang\)")

    def test_with_a_reason_for_each_the_run_passes(self):
        code, printed = self.run_on_weak(MISSED)
        self.assertIn(", 2 argued, 0 open, 100.0 % noticed or argued, 0 stale", printed)
        self.assertEqual(code, 0, printed)

    def test_a_reason_for_what_is_noticed_or_gone_fails_the_run(self):
        code, printed = self.run_on_weak(MISSED, GONE, NOTICED)
        self.assertIn("equivalent.toml: no longer there: limit.hpp | return size <= fewest;", printed)
        self.assertIn("equivalent.toml: noticed now: limit.hpp | constexpr int larger(", printed)
        self.assertIn(", 0 open, 100.0 % noticed or argued, 2 stale", printed)
        self.assertEqual(code, 1, printed)


class Page(unittest.TestCase):
    def test_the_page_counts_the_named_bugs(self):
        """tests/README.md has as many as the list, and as many argued as have a reason."""
        row = re.search(r"^\| the whole list of `named.toml` \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$",
                        (HERE.parent / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
        lists = plant.Lists(HERE)
        named = sum(map(len, lists.named.values()))
        argued = sum(change == "named" for _, _, change, _ in lists.equivalent)
        self.assertEqual([int(cell) for cell in row.groups()], [named, named - argued, argued, 0])

    def test_each_named_bug_has_its_place(self):
        for header, entries in plant.Lists(HERE).named.items():
            text = (plant.ROOT / "include" / "superoffice" / header).read_text(encoding="utf-8")
            for entry in entries:
                with self.subTest(entry["name"]):
                    self.assertIsNotNone(mutants.named_mutant(header, text, entry))


if __name__ == "__main__":
    unittest.main()
