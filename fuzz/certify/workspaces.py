"""Where mutants are applied: a copy of the tree with its build trees, one per worker, kept from run to run."""

import hashlib
import os
import pathlib
import shutil
import subprocess

import mutants

# Of clang++ both: what it compiles, it compiles faster than g++, and one compiler is enough to ask for.
BUILDS = {
    "fuzz": ["--preset", "fuzz"],
    "tests": ["-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_COMPILER=clang++", "-DCHATOS_TESTS=ON"],
}
# For a sample, which compiles longer than it fuzzes.
QUICK_FUZZ_OPTIONS = ["-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O0 -g1", "-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld",
                      "-DCMAKE_UNITY_BUILD=ON", "-DCMAKE_UNITY_BUILD_BATCH_SIZE=6", "-DCHATOS_COMMON_HEADERS=ON"]
PROGRAMS = {"git": "git", "cmake": "cmake", "ninja": "ninja-build", "clang++": "clang"}
# What a measurement depends on, beside its patch.
RELEVANT = ("codec/", "server/core/", "server/net/", "server/CMakeLists.txt", "tools/dump/", "fuzz/", "tools/cmake/",
            "CMakeLists.txt", "CMakePresets.json")
SAID_LINES_MAX = 12
IRRELEVANT = ("fuzz/bugs/", "fuzz/certify/")


class WorkspaceError(Exception):
    """Nothing can be measured here; the text says why and what to do."""


class DoesNotBuild(Exception):
    """The mutated tree does not compile or link; the text is what the compiler said."""


def need_programs(find=shutil.which):
    for program, package in PROGRAMS.items():
        if find(program) is None:
            raise WorkspaceError(f"{program} is missing; install Debian's package {package}")


class Snapshot:
    """The tree's files as they were at the start: what others write meanwhile does not reach the measurement."""

    def __init__(self, files):
        self.files = files

    @classmethod
    def take(cls, tree):
        listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=tree,
                                capture_output=True, check=False)
        if listed.returncode != 0:
            raise WorkspaceError(f"{tree} is not a git checkout, which is needed to list its files: "
                                + listed.stderr.decode(errors="replace").strip())
        files = {}
        for name in sorted(listed.stdout.decode().split("\0")):
            path = tree / name
            if name and path.is_file():  # deleted files are still listed
                files[name] = (path.read_bytes(), path.stat().st_mode & 0o777)
        return cls(files)

    def fingerprint(self, *more):
        """Changes when anything that a measurement depends on does."""
        digest = hashlib.sha256(repr(more).encode())
        for name, (content, _) in self.files.items():
            if name.startswith(RELEVANT) and not name.startswith(IRRELEVANT) and not name.endswith(".md"):
                digest.update(f"{name}\0{len(content)}\0".encode())
                digest.update(content)
        return digest.hexdigest()

    def write(self, folder):
        """Makes a folder equal to the snapshot. What is equal already keeps its time, so that builds stay incremental;
        what is not gets the time of now, because a file that grows older does not look changed to ninja."""
        for path in sorted(folder.rglob("*"), reverse=True):
            name = str(path.relative_to(folder))
            if path.is_dir():
                if not any(path.iterdir()):
                    path.rmdir()
            elif name not in self.files:
                path.unlink()
        for name in self.files:
            self.restore(folder, name)

    def restore(self, folder, name):
        path = folder / name
        if name not in self.files:
            path.unlink(missing_ok=True)
            return
        content, mode = self.files[name]
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if path.stat().st_mode & 0o777 != mode:
            path.chmod(mode)


class Workspace:
    def __init__(self, folder, snapshot, children, ccache, quick=False):
        self.folder = folder
        self.source = folder / "source"
        self._snapshot = snapshot
        self._children = children
        self._environment = ccache_environment(folder.parent) if ccache else {}
        self._quick = quick
        self._launcher = [f"-DCMAKE_CXX_COMPILER_LAUNCHER={ccache or ''}"]

    def prepare(self):
        self.source.mkdir(parents=True, exist_ok=True)
        self._snapshot.write(self.source)

    def program(self, build, name):
        return self.folder / build / "bin" / name

    def build(self, build, targets, jobs=1):
        """Raises DoesNotBuild when the compiler has something against the source."""
        self._configure(build)
        log = self.folder / f"{build}-build.log"
        ended = self._children.run(["ninja", f"-j{jobs}", *targets], cwd=self.folder / build, log=log,
                                   environment=self._environment)
        if ended.exit_code != 0:
            raise DoesNotBuild(said(log))

    def _configure(self, build):
        options = [*BUILDS[build], *(QUICK_FUZZ_OPTIONS if self._quick else []), *self._launcher]
        done = self.folder / f"{build}-configured.txt"
        if done.is_file() and done.read_text() == repr(options):
            return  # ninja itself sees when a CMakeLists.txt has changed
        shutil.rmtree(self.folder / build, ignore_errors=True)
        log = self.folder / f"{build}-configure.log"
        command = ["cmake", *options, "-S", ".", "-B", str(self.folder / build)]
        ended = self._children.run(command, cwd=self.source, log=log)
        if ended.exit_code != 0:
            raise WorkspaceError(f"the build '{build}' cannot be configured:\n{said(log)}")
        done.write_text(repr(options))

    def apply_mutant(self, mutant):
        failed = mutants.apply(mutant, self.source)
        if failed:
            raise WorkspaceError(f"{mutant.title} applied at the start and does not any more: {failed}")

    def restore(self, mutant):
        for name in mutant.files:
            self._snapshot.restore(self.source, name)


def ccache_environment(base):
    """One cache for all workers: paths below `base` are told relative to the build folder, which is all that differs."""
    return {"CCACHE_DIR": os.environ.get("CCACHE_DIR", str(base / "ccache")), "CCACHE_BASEDIR": str(base),
            "CCACHE_NOHASHDIR": "1", "CCACHE_SLOPPINESS": "include_file_mtime,include_file_ctime"}


def said(log):
    """The lines of a build's log that tell what is wrong. A full disk is no fault of the source."""
    text = pathlib.Path(log).read_text(errors="replace")
    if "No space left on device" in text:
        raise OSError(28, "No space left on device", str(log))
    if "CMake Error" in text:
        return "\n".join(text[text.index("CMake Error"):].splitlines()[:SAID_LINES_MAX])
    lines = [line for line in text.splitlines() if "error: " in line or "undefined reference" in line]
    return "\n".join(lines[:SAID_LINES_MAX] or text.splitlines()[-SAID_LINES_MAX:])
