"""What the studio saves, killed at random moments: what is there is whole, the old or the new one."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from detente.case import load_case
from detente.files.whole import DEAD, UNFINISHED, sweep
from detente.studio.drafts import read_drafts
from detente.studio.scenarios import read_scenarios

SAVING = """
import itertools, sys
from dataclasses import replace
from pathlib import Path
from detente.case import load_case
from detente.case.scenarios import parse_scenario
from detente.studio.drafts import write_draft
from detente.studio.scenarios import save_scenario
case, folder = load_case("toy-process"), Path(sys.argv[1])
text = "scenario: mine\\nwhy: {}\\nparameters: {{dividend: 1}}\\n"
print("begun", flush=True)
for n in itertools.count():
    write_draft(folder, "tab", {"history": [f"q={n}" * 400] * 3, "position": 2})
    words = f"number {n} " * 60
    save_scenario(case, parse_scenario(case, text.format(words).encode(), "mine.yaml"), folder, overwrite=True)
"""


def saved(folder: Path) -> tuple[str, str]:
    """What stands there: the draft's last step and the scenario's reason, each whole."""
    drafts, problems = read_drafts(folder)
    assert problems == [] and len(drafts) == 1
    (step,) = set(drafts[0].history)
    number = step[2 : len(step) // 400]
    assert step == f"q={number}" * 400
    scenarios, wrong = read_scenarios(load_case("toy-process"), sorted(folder.glob("*.yaml")))
    assert wrong == () and list(scenarios) == ["mine"]
    words = {part.strip() for part in scenarios["mine"].why.split("number ")}
    assert len(words - {""}) == 1
    return step, scenarios["mine"].why


@pytest.mark.slow
@pytest.mark.hours
def test_fifty_killed_saves_leave_the_old_or_the_new(tmp_path):
    rng, seen = random.Random(3), set()
    for _ in range(50):
        process = subprocess.Popen([sys.executable, "-c", SAVING, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None and process.stdout.readline() == "begun\n"
        time.sleep(rng.uniform(0.05, 0.5))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if (tmp_path / "mine.yaml").exists():
            seen.add(saved(tmp_path))
    assert len(seen) > 10
    left = list(tmp_path.glob(f".*{UNFINISHED}"))
    for path in left:
        os.utime(path, (time.time() - 2 * DEAD,) * 2)
    sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["draft-tab.json", "mine.yaml"]


def test_only_what_nobody_has_written_for_a_minute_is_swept(tmp_path):
    for name, age in ((f".a.json.x{UNFINISHED}", 2 * DEAD), (f".b.json.y{UNFINISHED}", 0.0), ("c.part", 2 * DEAD)):
        (tmp_path / name).write_text(json.dumps(name), "utf-8")
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f".b.json.y{UNFINISHED}", "c.part"]
    sweep(tmp_path / "absent")
