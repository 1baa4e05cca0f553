// The records of the zip format, as bytes in a file:
//
//   local header      "PK\3\4" u16 version, flags, method, time, date; u32 crc, stored size, size;
//                     u16 name length, extra length; name; extra; payload
//   data descriptor   "PK\7\8" u32 crc; u32 stored size, size (u64 each for zip64 entries)
//   central entry     "PK\1\2" u16 made by, version, flags, method, time, date; u32 crc, stored
//                     size, size; u16 name, extra, comment length, disk, attributes; u32
//                     attributes, header offset; name; extra; comment
//   zip64 end         "PK\6\6" u64 size of what follows (44); u16 made by, version; u32 disk, disk;
//                     u64 entries here, entries, directory size, directory offset
//   zip64 locator     "PK\6\7" u32 disk; u64 offset of the zip64 end; u32 disks
//   end               "PK\5\6" u16 disk, disk, entries here, entries; u32 directory size, offset;
//                     u16 comment length
//   extra field       (u16 id, u16 length, data)*; id 1 is zip64: u64 size, stored size, header
//                     offset, only those that are 0xFFFFFFFF in the record
#pragma once

#include <cstdint>

namespace duramen::io::zip {

inline constexpr uint32_t kLocalSignature = 0x04034b50;
inline constexpr uint32_t kDescriptorSignature = 0x08074b50;
inline constexpr uint32_t kCentralSignature = 0x02014b50;
inline constexpr uint32_t kEnd64Signature = 0x06064b50;
inline constexpr uint32_t kLocatorSignature = 0x07064b50;
inline constexpr uint32_t kEndSignature = 0x06054b50;

inline constexpr uint64_t kLocalSize = 30;
inline constexpr uint64_t kCentralSize = 46;
inline constexpr uint64_t kEnd64Size = 56;
inline constexpr uint64_t kLocatorSize = 20;
inline constexpr uint64_t kEndSize = 22;

inline constexpr uint16_t kFlagDescriptor = 0x0008;
inline constexpr uint16_t kFlagUtf8 = 0x0800;
inline constexpr uint16_t kFlagsRefused = 0x2061;  // encrypted, patched, strong, masked
inline constexpr uint32_t kFolderAttribute = 0x10;
inline constexpr uint16_t kZip64Id = 1;
inline constexpr uint32_t kMax32 = 0xFFFFFFFF;
inline constexpr uint16_t kMax16 = 0xFFFF;

}  // namespace duramen::io::zip
