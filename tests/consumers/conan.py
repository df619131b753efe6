# SPDX-License-Identifier: MIT
"""Runs a Conan recipe, and the test package beside it, without Conan: what they import does here what
it does there, as far as pawl's two recipes need it. What Conan itself would say is not known by this.

    python3 tests/consumers/conan.py RECIPE TEST_PACKAGE DOWNLOADS WORK [NAME=VALUE]...

The names are the recipe's options and "arch": x86_64, this machine, or riscv64, run by qemu.
"""
import fnmatch
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tarfile
import types


COMPILERS = {"x86_64": "cc", "riscv64": "riscv64-linux-gnu-gcc"}
EMULATORS = {"x86_64": "", "riscv64": "qemu-riscv64 -L /usr/riscv64-linux-gnu "}
WITH_LIBATOMIC = ["riscv64", "riscv32", "mips", "mips64", "ppc32", "ppc32be", "armv5el", "sparc"]
WITHOUT_LIBATOMIC = ["x86", "x86_64", "armv7", "armv7hf", "armv8", "ppc64le", "s390x"]


class Options(dict):
    """Settings and options: names that were declared, and no others."""

    def __getattr__(self, name):
        return self[name]


class CppInfo:
    def __init__(self):
        self.libs, self.defines, self.system_libs, self.properties = [], [], [], {}

    def set_property(self, name, value):
        self.properties[name] = value


class ConanFile:
    def requires(self, reference):
        self.required = reference

    def tool_requires(self, reference):
        self.tools.append(reference)

    def run(self, command, env=None):
        environment = dict(os.environ)
        if env == "conanrun":
            environment["LD_LIBRARY_PATH"] = self.tested_libraries
            command = EMULATORS[self.settings.arch] + command
        subprocess.run(command, check=True, env=environment, shell=True)


def run(*command, **more):
    subprocess.run(command, check=True, **more)


def cmake_layout(recipe, src_folder="."):
    recipe.source_folder = os.path.normpath(os.path.join(recipe.source_folder, src_folder))
    os.makedirs(recipe.source_folder, exist_ok=True)
    recipe.cpp = types.SimpleNamespace(build=types.SimpleNamespace(bindir=recipe.build_folder))


class CMakeToolchain:
    def __init__(self, recipe):
        self.recipe, self.cache_variables = recipe, {}

    def generate(self):
        self.recipe.definitions.update(self.cache_variables)
        options = self.recipe.options
        if "fPIC" in options:
            self.recipe.definitions["CMAKE_POSITION_INDEPENDENT_CODE"] = options["fPIC"]


class CMake:
    def __init__(self, recipe):
        self.recipe = recipe

    def configure(self):
        definitions = [f"-D{name}={value}" for name, value in self.recipe.definitions.items()]
        arch = self.recipe.settings.arch
        if arch != "x86_64":
            definitions += ["-DCMAKE_SYSTEM_NAME=Linux", f"-DCMAKE_SYSTEM_PROCESSOR={arch}"]
        run("cmake", "-S", self.recipe.source_folder, "-B", self.recipe.build_folder, "-G", "Ninja",
            "-DCMAKE_BUILD_TYPE=Release", f"-DCMAKE_C_COMPILER={COMPILERS[arch]}", *definitions)

    def build(self):
        run("cmake", "--build", self.recipe.build_folder)

    def install(self):
        run("cmake", "--install", self.recipe.build_folder, "--prefix", self.recipe.package_folder)


def load(recipe, path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def copy(recipe, pattern, src, dst):
    names = fnmatch.filter(os.listdir(src), pattern)
    assert names, f"{pattern} is not in {src}"
    os.makedirs(dst, exist_ok=True)
    for name in names:
        shutil.copy(os.path.join(src, name), dst)


def rmdir(recipe, path):
    shutil.rmtree(path, ignore_errors=True)


def rm(recipe, pattern, folder, recursive=False):
    for path, _, names in os.walk(folder):
        for name in fnmatch.filter(names, pattern):
            os.remove(os.path.join(path, name))
        if not recursive:
            break


def get(recipe, url, sha256, strip_root=False):
    path = os.path.join(recipe.downloads, os.path.basename(url))
    with open(path, "rb") as file:
        assert hashlib.sha256(file.read()).hexdigest() == sha256, f"{path} has another hash"
    with tarfile.open(path) as archive:
        for member in archive.getmembers():
            if strip_root:
                member.name = member.name.partition("/")[2]
            if member.name:
                archive.extract(member, recipe.source_folder)


def provide_modules():
    """The names that recipes import."""
    for name, members in {
        "conan": [ConanFile],
        "conan.tools": [],
        "conan.tools.build": [],
        "conan.tools.cmake": [CMake, CMakeToolchain, cmake_layout],
        "conan.tools.files": [copy, get, load, rm, rmdir],
    }.items():
        module = sys.modules[name] = types.ModuleType(name)
        for member in members:
            setattr(module, member.__name__, member)
    sys.modules["conan.tools.build"].can_run = lambda recipe: True


def recipe_of(path, work, source, arch):
    """The one class in the file, as Conan would make one of it."""
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("recipe", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = [c for c in vars(module).values() if isinstance(c, type) and c.__base__ is ConanFile]
    assert len(found) == 1, f"{path} has {len(found)} recipes"
    recipe = found[0]()
    recipe.recipe_folder = os.path.dirname(os.path.abspath(path))
    recipe.source_folder = source or recipe.recipe_folder
    recipe.build_folder = os.path.join(work, "build")
    recipe.package_folder = os.path.join(work, "package")
    recipe.definitions = {}
    assert set(recipe.settings) == {"os", "arch", "compiler", "build_type"}
    recipe.settings = Options(os="Linux", arch=arch, compiler="gcc", build_type="Release")
    recipe.tools = []
    return recipe


def export(recipe, folder):
    """Copies what the recipe says that it needs of the tree; or nothing, if it downloads it."""
    for pattern in getattr(recipe, "exports_sources", ()):
        for path, _, names in os.walk(recipe.recipe_folder):
            for name in names:
                file = os.path.relpath(os.path.join(path, name), recipe.recipe_folder)
                if fnmatch.fnmatch(file, pattern):
                    os.makedirs(os.path.dirname(os.path.join(folder, file)), exist_ok=True)
                    shutil.copy(os.path.join(recipe.recipe_folder, file), os.path.join(folder, file))


def create(path, downloads, work, arch, options):
    source = os.path.join(work, "source")
    recipe = recipe_of(path, work, source, arch)
    recipe.downloads = downloads
    for name, value in options.items():
        assert value in recipe.options[name], f"the recipe has no {name}={value}"
    assert recipe.package_type == "library" and recipe.implements == ["auto_shared_fpic"]
    recipe.options = Options(recipe.default_options, **options)
    if recipe.options.shared:
        del recipe.options["fPIC"]
    export(recipe, source)
    recipe.definitions = {"BUILD_SHARED_LIBS": recipe.options.shared,
                          "CMAKE_INSTALL_LIBDIR": "lib", "CMAKE_INSTALL_BINDIR": "bin"}
    if hasattr(recipe, "set_version"):
        recipe.set_version()
    else: # from the file beside it
        text = load(recipe, os.path.join(recipe.recipe_folder, "conandata.yml"))
        recipe.version, url, sha256 = re.search(
            r'"([0-9.]+)":\s+url: "(.*)"\s+sha256: "(.*)"', text).groups()
        recipe.conan_data = {"sources": {recipe.version: {"url": url, "sha256": sha256}}}
    for step in ("build_requirements", "layout", "source", "generate", "build", "package"):
        getattr(recipe, step, lambda: None)()
    for other in WITH_LIBATOMIC + WITHOUT_LIBATOMIC + [arch]: # arch is the last: it is tested
        recipe.settings["arch"] = other
        recipe.cpp_info = CppInfo()
        recipe.package_info()
        wanted = ["pthread"] + (["atomic"] if other in WITH_LIBATOMIC else [])
        assert recipe.cpp_info.system_libs == wanted, f"{other}: {recipe.cpp_info.system_libs}"
    return recipe


def check_build(recipe):
    """The option fPIC reaches the compiler, and a tool that conan.io would bring is named."""
    text = load(recipe, os.path.join(recipe.build_folder, "build.ninja"))
    wanted = recipe.options.get("fPIC", True)
    assert ("-fPIC" in text) == wanted, f"fPIC={wanted} did not reach the compiler"
    if hasattr(recipe, "conan_data"):
        assert recipe.tools == ["cmake/[>=3.16 <4]"], recipe.tools


def check_files(folder, shared):
    """A package has headers, the library and the licence, and no files of another build system."""
    found = sorted(os.path.relpath(os.path.join(path, name), folder)
                   for path, _, names in os.walk(folder) for name in names)
    allowed = r"include/pawl/[a-z_]+\.h(pp)?|licenses/LICENSE|share/pawl/pawl_gdb\.py|lib/libpawl\." + ("so.*" if shared else "a")
    strange = [name for name in found if not re.fullmatch(allowed, name)]
    assert not strange and {"licenses/LICENSE", "share/pawl/pawl_gdb.py"} <= set(found), f"the package's files: {strange or found}"
    assert any(name.startswith("lib/libpawl.") for name in found), "no library"


def write_config(recipe, folder):
    """What CMakeDeps makes of package_info."""
    info = recipe.cpp_info
    name = info.properties["cmake_target_name"]
    libraries = [f"{recipe.package_folder}/lib/lib{library}.{'so' if recipe.options.shared else 'a'}"
                 for library in info.libs] + info.system_libs
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/{info.properties['cmake_file_name']}-config.cmake", "w",
              encoding="utf-8") as file:
        file.write(f"add_library({name} INTERFACE IMPORTED)\n"
                   f"target_include_directories({name} INTERFACE {recipe.package_folder}/include)\n"
                   f"target_link_libraries({name} INTERFACE {' '.join(libraries)})\n"
                   f"target_compile_definitions({name} INTERFACE {' '.join(info.defines)})\n")


def test(path, recipe, work):
    tested = recipe_of(os.path.join(path, "conanfile.py"), work, None, recipe.settings.arch)
    tested.tested_reference_str = f"{recipe.name}/{recipe.version}"
    tested.tested_libraries = os.path.join(recipe.package_folder, "lib")
    write_config(recipe, os.path.join(work, "deps"))
    tested.definitions = {"pawl_DIR": os.path.join(work, "deps")}
    for step in ("layout", "requirements", "build", "test"):
        getattr(tested, step)()
    assert tested.required == tested.tested_reference_str


def main(path, test_package, downloads, work, *words):
    shutil.rmtree(work, ignore_errors=True)
    provide_modules()
    options = dict(word.split("=") for word in words)
    arch = options.pop("arch", "x86_64")
    options = {name: value == "True" for name, value in options.items()}
    recipe = create(path, downloads, os.path.join(work, "recipe"), arch, options)
    check_build(recipe)
    check_files(recipe.package_folder, recipe.options.shared)
    test(test_package, recipe, os.path.join(work, "test_package"))


if __name__ == "__main__":
    main(*sys.argv[1:])
