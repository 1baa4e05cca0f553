# Every library that we use, found once. All are Debian packages; none is downloaded.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(OpenBLAS REQUIRED IMPORTED_TARGET openblas)
pkg_check_modules(Highway REQUIRED IMPORTED_TARGET libhwy)
pkg_check_modules(SimdJson REQUIRED IMPORTED_TARGET simdjson)
pkg_check_modules(Deflate REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(Zlib REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(XxHash REQUIRED IMPORTED_TARGET libxxhash)
