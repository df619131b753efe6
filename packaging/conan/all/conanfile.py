from conan import ConanFile
from conan.tools.cmake import CMake, CMakeToolchain, cmake_layout
from conan.tools.files import copy, get, rm, rmdir
import os

required_conan_version = ">=2.4"


class PawlConan(ConanFile):
    name = "pawl"
    description = "Cross-platform lock runtime"
    license = "MIT"
    url = "https://github.com/conan-io/conan-center-index"
    homepage = "https://github.com/OWNER/pawl"
    topics = ("threads", "mutex", "condition-variable", "synchronization")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {
        "shared": [True, False],
        "fPIC": [True, False],
    }
    default_options = {
        "shared": False,
        "fPIC": True,
    }
    implements = ["auto_shared_fpic"]
    languages = "C"

    def build_requirements(self):
        self.tool_requires("cmake/[>=3.16 <4]")

    def layout(self):
        cmake_layout(self, src_folder="src")

    def source(self):
        get(self, **self.conan_data["sources"][self.version], strip_root=True)

    def generate(self):
        tc = CMakeToolchain(self)
        tc.cache_variables["PAWL_BUILD_TESTS"] = False
        tc.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        cmake = CMake(self)
        cmake.install()
        rmdir(self, os.path.join(self.package_folder, "lib", "cmake"))
        rmdir(self, os.path.join(self.package_folder, "lib", "pkgconfig"))
        rmdir(self, os.path.join(self.package_folder, "share", "doc"))
        rm(self, "*.pdb", self.package_folder, recursive=True)

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "pawl")
        self.cpp_info.set_property("cmake_target_name", "pawl::pawl")
        self.cpp_info.set_property("pkg_config_name", "pawl")
        self.cpp_info.libs = ["pawl"]
        if self.options.shared:
            self.cpp_info.defines = ["PAWL_DLL"]
        if self.settings.os in ["Linux", "FreeBSD"]:
            self.cpp_info.system_libs.append("pthread")
        # On these, compilers call libatomic for atomic operations of one byte or of eight, also in the
        # inline functions of pawl's headers.
        if self.settings.os == "Linux" and str(self.settings.arch).startswith(
                ("riscv", "mips", "ppc32", "armv4", "armv5", "sparc")):
            self.cpp_info.system_libs.append("atomic")
