"""What a person sees: a terminal of a given size that understands the few sequences that the tool uses."""

import re

PIECES = re.compile("\x1b\\[(\\?25[hl]|\\d*[AJK])|([\r\n])|([^\x1b\r\n]+)")


class Screen:
    def __init__(self, columns=80, rows=24):
        self.columns, self.rows = columns, rows
        self.lines, self.row, self.column = [""], 0, 0  # what has scrolled away is kept: the last `rows` lines are seen
        self.cursor_is_shown = True

    def take(self, text):
        end = 0
        for piece in PIECES.finditer(text):
            if piece.start() != end:
                raise AssertionError(f"not understood: {text[end:piece.start()]!r}")
            end = piece.end()
            sequence, control, plain = piece.groups()
            if sequence:
                self._sequence(sequence)
            elif control:
                self._control(control)
            else:
                self._print(plain)
        if end != len(text):
            raise AssertionError(f"not understood: {text[end:]!r}")
        return self

    def shown(self):
        """All lines, without the empty one at the end on which the cursor may stand."""
        return [line.rstrip() for line in (self.lines if self.lines[-1] else self.lines[:-1])]

    def _print(self, text):
        for character in text:
            if self.column == self.columns:
                self._control("\n")
                self.column = 0
            line = self.lines[self.row].ljust(self.column)
            self.lines[self.row] = line[:self.column] + character + line[self.column + 1:]
            self.column += 1

    def _control(self, character):
        if character == "\r":
            self.column = 0
            return
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append("")

    def _sequence(self, sequence):
        top = max(len(self.lines) - self.rows, 0)
        if sequence.startswith("?25"):
            self.cursor_is_shown = sequence.endswith("h")
        elif sequence.endswith("A"):
            self.row = max(self.row - int(sequence[:-1] or 1), top)
        else:
            self.lines[self.row] = self.lines[self.row][:self.column]
            if sequence.endswith("J"):
                del self.lines[self.row + 1:]
