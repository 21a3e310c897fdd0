// CRC32C (Castagnoli), the checksum of everything the journal and the checkpoint write.
//
// Promise    the same value with the SSE 4.2 instruction and with the table
// Source     RFC 3720, appendix B.4: crc32c("123456789") == 0xe3069283
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice {

// The register before the first byte and after the last one is inverted by the caller through
// crc32c(); extend_crc32c() works on the bare register, so that checksums can be seeded.
std::uint32_t extend_crc32c(std::uint32_t state, std::string_view bytes);
std::uint32_t crc32c(std::string_view bytes);

// A checksum that also binds where the bytes stand: the same bytes at another position, or of
// another store, do not match. docs/formats/journal.md, "Record".
std::uint32_t bound_crc32c(std::uint64_t store, std::uint64_t position, std::string_view bytes);
// The same over two runs of bytes, one behind the other.
std::uint32_t bound_crc32c(std::uint64_t store, std::uint64_t position, std::string_view first,
                           std::string_view second);

}  // namespace sluice
