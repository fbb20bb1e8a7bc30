# SPDX-License-Identifier: Apache-2.0
"""Asks the program geneve-lines, and keeps count of what disagrees with an oracle."""
import json
import subprocess
import sys


def ask(program, questions):
    """One answer line for each question line."""
    done = subprocess.run([program], input="".join(q + "\n" for q in questions), capture_output=True, text=True,
                          check=True)
    answers = done.stdout.splitlines()
    if len(answers) != len(questions):
        sys.exit(f"{len(questions)} questions, but {len(answers)} answers; {done.stderr}")
    return answers


def decode(program, packets):
    return [json.loads(answer) for answer in ask(program, ["decode " + p.hex() for p in packets])]


class Comparison:
    def __init__(self):
        self.compared = 0
        self.different = 0

    def equal(self, what, oracle, ours):
        self.compared += 1
        if oracle != ours:
            self.different += 1
            print(f"{what}: the oracle says {oracle!r}, we say {ours!r}")

    def finish(self):
        print(f"{self.compared} comparisons, {self.different} differences")
        sys.exit(1 if self.different or not self.compared else 0)
