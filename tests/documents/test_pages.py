"""The checks of documents, on pages that have one fault each."""

import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import fragments  # noqa: E402
import pages  # noqa: E402
import promises  # noqa: E402
import reference  # noqa: E402


class Pages(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()

    def page(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def test_a_link_that_leads_nowhere_is_found(self):
        self.page("there.md", "# A `b`, and c\n")
        for text, fault in (
            ("[a](there.md) [b](there.md#a-b-and-c) [c](https://example.com/x.md) [d](#here)\n# Here\n", None),
            ("[a](gone.md)\n", "page.md: gone.md does not exist"),
            ("![a](gone.svg)\n", "page.md: gone.svg does not exist"),
            ("[a](there.md#gone)\n", "page.md: there.md#gone: there is no such heading"),
            ("[a](#gone)\n", "page.md: #gone: there is no such heading"),
            ("[`a[1]`](gone.md)\n", "page.md: gone.md does not exist"),
            ("`f[a](gone.md)` and\n```cpp\nx[a](gone.md);\n```\n", None),
        ):
            with self.subTest(text):
                found = list(pages.broken_links(self.page("page.md", text), self.root))
                self.assertEqual(found, [] if fault is None else [fault])

    def test_folders_that_are_not_ours_are_left_out(self):
        for name in ("a.md", "b/c.md", "build/d.md", ".hidden/e.md"):
            self.page(name, "")
        self.assertEqual([pages.name_of(path, self.root) for path in pages.pages(self.root)], ["a.md", "b/c.md"])

    def test_names_are_code_spans_of_one_name(self):
        page = self.page("page.md", "`a`, `b::c()` and `d e`, `--f`, `g.hpp`\n```cpp\nh `i` j;\n```\n`~k`\n")
        self.assertEqual(list(pages.names_in(page)), ["a", "c", "k"])

    def test_blocks_know_their_line(self):
        page = self.page("page.md", "one\n```cpp\nint a;\n```\n```sh\nls\n```\n")
        self.assertEqual([(block.line, block.language, block.text) for block in pages.blocks(page)],
                         [(3, "cpp", "int a;\n"), (6, "sh", "ls\n")])
        self.assertEqual(len(list(pages.blocks(page, "cpp"))), 1)
        self.assertFalse(next(pages.blocks(page)).is_global)
        page = self.page("global.md", "<!-- global -->\n```cpp\nint a;\n```\n")
        self.assertTrue(next(pages.blocks(page)).is_global)


class Reference(unittest.TestCase):
    def test_inline_namespaces_go_and_lines_keep_their_numbers(self):
        source = "namespace a {\ninline namespace SUPEROFFICE_ABI {\nint b;\n}  // namespace SUPEROFFICE_ABI\n}\n"
        self.assertEqual(reference.filtered(source), "namespace a {\n\nint b;\n\n}\n")

    def test_angle_brackets_in_a_sentence_are_no_html(self):
        for comment, seen in (
            ("/// From <chrono>, as `<chrono>` has it", "/// From \\<chrono\\>, as `<chrono>` has it"),
            ("int a;  ///< of <b/c.hpp>", "int a;  ///< of \\<b/c.hpp\\>"),
            ("///     call<int> code;", "///     call<int> code;"),
            ("call<int> code;", "call<int> code;"),
        ):
            with self.subTest(comment):
                self.assertEqual(reference.filtered(comment), seen)

    def test_only_macros_for_users_may_be_shown(self):
        with tempfile.TemporaryDirectory() as folder:
            pages_of = pathlib.Path(folder) / "html"
            pages_of.mkdir()
            (pages_of / "good.html").write_text("SUPEROFFICE_WITH_MBEDTLS SUPEROFFICE_ASSERT", encoding="utf-8")
            (pages_of / "bad.html").write_text("SUPEROFFICE_QUICK void f(); SUPEROFFICE_WITH_MBEDTLS", encoding="utf-8")
            self.assertEqual(reference.shown_macros(pathlib.Path(folder)), {"bad.html": ["SUPEROFFICE_QUICK"]})


class Fragments(unittest.TestCase):
    def test_what_declares_something_stands_outside_of_functions(self):
        for text, declares in (
            ("struct a {\n", True), ("// says why\nstruct a {\n", True), ("BOOST_DESCRIBE_STRUCT(a, (), (b))", True),
            ("superoffice::instant now() noexcept {", True), ("int main() {", True), ("constexpr int a = 1;", True),
            ("auto a = b();", False), ("while (frame()) {", False), ("api.stop();", False), ("if (a(b)) {", False),
            ("a::b c{d(e)};", False), ("// nothing else", False),
        ):
            with self.subTest(text):
                self.assertEqual(fragments.is_declaration(text.splitlines()), declares)

    def test_an_empty_line_inside_braces_divides_nothing(self):
        text = "struct a {\n\n    int b;\n};\n\nc();\nd();\n"
        self.assertEqual([first for first, _ in fragments.paragraphs(text)], [0, 5])


class Promises(unittest.TestCase):
    README = ("# Name\n\n- **One**\n  thing.\n- Another.\n\n## A section\n\nText with a [link](x.md).\n\n"
              "## Where it is tested\n\n| Where | What |\n|---|---|\n| here | a |\n| By hand, once | b |\n\n## Licence\n\n- None.\n")
    TESTED = ("One thing", "Another", "Text with a link", "here")

    def table(self, words, test='[t](t.cpp): "t: is so"'):
        return ("| Promise | Test |\n|---|---|\n| p | " + test + " |\n\n| README.md says | Test |\n|---|---|\n" +
                "".join(f'| {word} | [t](t.cpp): "t: is so" |\n' for word in words) + "\n")

    def test_each_part_of_the_readme_has_a_row(self):
        self.assertEqual(list(promises.unpromised(self.README, self.table(self.TESTED))), [])
        for left_out in self.TESTED:
            with self.subTest(left_out):
                others = [words for words in self.TESTED if words != left_out]
                found = list(promises.unpromised(self.README, self.table(others)))
                self.assertTrue(found and all("has no test for" in one for one in found))
        self.assertEqual(list(promises.unpromised(self.README, self.table([*self.TESTED, "No word of it"]))),
                         ["README.md does not say: No word of it"])

    def test_a_quoted_test_is_in_the_file(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "t.cpp").write_text('// Fuzz target: two ways, one end.\nTEST_CASE(\n    "t: is so, and "\n    "so") {\n', encoding="utf-8")
            (root / "t.py").write_text('yield Check("a check", f)\nyield Check(f"build {name}", g)\n    def test_it(self):\n',
                                       encoding="utf-8")
            for test, fault in (
                ('[t](t.cpp): "t: is so"', None),
                ('[t](t.cpp): "t: is so, and so"', None),
                ('[t](t.cpp): "two ways"', None),
                ('[t](t.py): "a check", "build g++", "test_it"', None),
                ('[t](t.cpp): "is so"', "has no test 'is so'"),
                ('[t](t.py): "a check of another file"', "has no test"),
                ('[t](t.py): "build clang"', "has no test"),
                ('[t](t.cpp)', "no test is quoted"),
            ):
                with self.subTest(test):
                    found = list(promises.unknown_tests(self.table([], test), {"a check", "build g++", "a check of another file"}, root))
                    self.assertEqual([fault in one for one in found], [True] if fault else [])

    def test_the_names_behind_a_run(self):
        for text, wanted in (
            ("`./tests/run layout`, `./tests/run --list`", ["layout"]),
            ('    ./tests/run "fuzz: "       a minute\n    ./tests/run      everything\n', ["fuzz: "]),
            ('    SECONDS=600 ./tests/run "fuzz: decode"  ten minutes\n', ["fuzz: decode"]),
            ("`./tests/run libc++`; and then", ["libc++"]),
            ("by each `./tests/run`", []),
            ("`./tests/run shared` measures both", ["shared"]),
        ):
            with self.subTest(text):
                self.assertEqual(list(promises.words_of_runs(text)), wanted)


if __name__ == "__main__":
    unittest.main()
