"""The public surface: what `detente` exports exists, is documented, and costs nothing until used."""

import inspect
import subprocess
import sys
import time

import detente


def test_every_exported_name_exists_and_is_documented():
    for name in detente.__all__:
        thing = getattr(detente, name)
        if name != "__version__":
            assert inspect.getdoc(thing), name


def test_static_and_lazy_exports_agree():
    source = inspect.getsource(detente)
    block = source.split("if TYPE_CHECKING:")[1].split("__version__ =")[0]
    static = {
        n.strip() for line in block.splitlines() if " import " in line for n in line.split(" import ")[1].split(",")
    }
    assert static == set(detente.__all__) - {"__version__"}


def test_unknown_name_is_an_attribute_error():
    try:
        detente.no_such_thing  # noqa: B018
    except AttributeError as error:
        assert "no_such_thing" in str(error)
    else:
        raise AssertionError("an unknown name was found")


def _python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


def test_help_loads_nothing_heavy():
    code = (
        "import sys, contextlib, io\n"
        "sys.argv = ['detente', '--help']\n"
        "from detente.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit): main()\n"
        "print(','.join(m for m in ('numpy', 'scipy', 'altair', 'duckdb', 'pydantic', 'ruamel.yaml', 'starlette') "
        "if m in sys.modules), 'analyze' in out.getvalue())"
    )
    assert _python(code).strip() == "True"


def test_help_is_quick_beside_a_bare_interpreter_with_typer():
    def best(code: str) -> float:
        times = []
        for _ in range(5):
            start = time.perf_counter()
            _python(code)
            times.append(time.perf_counter() - start)
        return min(times)

    reference = best("import typer, typer.main, rich.console")
    assert best("import detente.cli") < max(0.5, 3 * reference)
