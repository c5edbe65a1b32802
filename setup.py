"""The wheel: the package, the app beside it, and what `requirements.txt` says that they need."""

from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

SITE = "moeviz.site"
"""Under this name the wheel carries the files of this folder: app, pages and their settings."""

listed = Path(__file__).with_name("requirements.txt").read_text(encoding="utf-8")
needed, for_tests = (
    [line.partition("#")[0].strip() for line in part.splitlines()]
    for part in listed.split("# Tests\n")
)


class Build(build_py):
    """Leaves this very file out."""

    def find_package_modules(self, package: str, package_dir: str) -> list[tuple[str, str, str]]:
        """Return the modules of a package."""
        found = super().find_package_modules(package, package_dir)
        return [each for each in found if each[1] != Path(__file__).stem]


setup(
    cmdclass={"build_py": Build},
    packages=[*find_packages(include=["moeviz*"]), SITE],
    package_dir={SITE: "."},
    package_data={
        "moeviz": [
            "ui/*/*.js", "ui/*/*.css", "ui/*/*.svg", "peers/*.R",
            "symbolic/catalogue/*.json", "symbolic/catalogue/verdicts/*.json",
            "study/results/*.json", "train/results/*.json.xz", "export/*.typ",
            "lessons/shipped/*.md", "lessons/teaching/*.md",
        ],
        "moeviz.charts": ["*.toml", "primer.txt", "primer.json"],
        SITE: [".streamlit/config.toml", "pages/*/*.py"],
    },
    install_requires=list(filter(None, needed)),
    extras_require={"tests": list(filter(None, for_tests))},
)  # fmt: skip
