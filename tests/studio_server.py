"""A studio in a process of its own, for tests: started, its address read, stopped."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path


class StudioServer:
    """`detente studio CASE` in a folder."""

    def __init__(self, folder: Path, case: str, *more: str) -> None:
        command = [sys.executable, "-m", "detente", "studio", case, "--no-browser", "--json", *more]
        env = {**os.environ, "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(self.process.communicate()[1])
        told = json.loads(line)
        self.address: str = told["address"]
        self.port: int = told["port"]
        self.base = f"http://127.0.0.1:{self.port}"
        self.token = self.address.split("token=")[1]

    @property
    def cookie(self) -> dict[str, str]:
        """The cookie of this start."""
        return {f"detente_{self.port}": self.token}

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()
        self.process.communicate()

    def stop(self) -> str:
        """End it in order; returns what it said on stderr."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
        try:
            return self.process.communicate(timeout=15)[1]
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.communicate()[1]
