# SPDX-License-Identifier: Apache-2.0
"""Wildcards against Python's fnmatch, rewrites against Python's re.sub, on many small random texts (of a fixed seed)."""
import fnmatch
import random
import re
import subprocess
import sys

rng = random.Random(20)


def word(text):
    return "x" + text.encode("latin-1").hex()


def wildcard_cases():
    """(ignores case, pattern, text): small alphabets, so that many fit."""
    for _ in range(60_000):
        letters = rng.choice(["ab", "abA", "a.[-]!", "ab\xe4"])
        pattern = "".join(rng.choice(letters + "**?") for _ in range(rng.randrange(0, rng.choice([5, 12]))))
        # Often a text that fits, with some characters changed.
        text = "".join(
            "".join(rng.choice(letters) for _ in range(rng.randrange(4))) if c == "*"
            else rng.choice(letters) if c == "?" else c
            for c in pattern)
        for _ in range(rng.randrange(4)):
            at = rng.randrange(len(text) + 1)
            text = text[:at] + rng.choice(["", rng.choice(letters)]) + text[at + 1:]
        yield rng.random() < 0.5, pattern, text
    for size in (126, 127, 128):  # pieces as long as they can be, in long texts
        for _ in range(200):
            piece = "".join(rng.choice("ab?") for _ in range(size - 2))
            text = "".join(rng.choice("ab") for _ in range(rng.randrange(100, 600)))
            if rng.random() < 0.7:
                text += "".join(rng.choice("ab") if c == "?" else c for c in piece) + rng.choice(["", "b"])
            yield False, "*" + piece + "*"[:size - len(piece) - 1], text


def fits(ignores_case, pattern, text):
    if ignores_case:
        # ASCII alone: a byte beyond has no other case.
        fold = lambda t: "".join(c.lower() if c < "\x80" else c for c in t)
        pattern, text = fold(pattern), fold(text)
    return fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))


def rewrite_cases():
    atoms = ["a", "b", "/", "(a)", "(b+)", "(a|b/)", "[ab]", "(.)", ".*", "a?", "(/(a*))", "^", "$"]
    for _ in range(10_000):
        regex = "".join(rng.choice(atoms) for _ in range(rng.randrange(1, 5)))
        groups = re.compile(regex).groups
        if groups > 9:
            continue
        replacement = "".join(rng.choice(["a", "/", "\\", "$", "$0"] + [f"${i + 1}" for i in range(groups)])
                              for _ in range(rng.randrange(0, 5)))
        replacement = re.sub(r"\$\$(?=\d)", "$", replacement)
        text = "/" + "".join(rng.choice("ab/") for _ in range(rng.randrange(0, 8)))
        yield regex, replacement, text


def rewritten(regex, replacement, text):
    match = re.search(regex, text)
    if match is None:
        return "-"
    new = re.sub(r"\$(\d)", lambda group: match.group(int(group[1])) or "", replacement)
    return word(text[:match.start()] + new + text[match.end():])


wanted, lines, what = [], [], []
for case in wildcard_cases():
    lines.append(f"{'W' if case[0] else 'w'} {word(case[1])} {word(case[2])}")
    wanted.append("1" if fits(*case) else "0")
    what.append(case)
fitting = wanted.count("1")
assert 0.2 < fitting / len(wanted) < 0.8, f"of {len(wanted)} wildcards {fitting} fit: the cases say little"
for case in rewrite_cases():
    lines.append(f"r {word(case[0])} {word(case[1])} {word(case[2])}")
    wanted.append(rewritten(*case))
    what.append(case)

answer = subprocess.run([sys.argv[1]], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True, timeout=120)
got = answer.stdout.splitlines()
assert len(got) == len(wanted), f"{len(got)} answers to {len(wanted)} questions"
wrong = [f"{case}: {g}, not {w}" for case, g, w in zip(what, got, wanted) if g != w]
if wrong:
    sys.exit(f"{len(wrong)} answers are wrong, such as\n" + "\n".join(wrong[:10]))
print(f"{len(wanted)} answers, {fitting} wildcards fit")
