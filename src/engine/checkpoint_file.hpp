// The file that shortens recovery: every key with its value.
//
// Shape      docs/formats/checkpoint.md
// Errors     read: corrupt (not a whole, intact checkpoint), unsupported (a newer format), io
// Limits     a key section of any size; one is in memory at a time when reading
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/key.hpp"
#include "io/file_system.hpp"

namespace sluice {

struct CheckpointHeader {
    std::uint64_t store = 0;
    std::uint64_t position = 0;  // replay begins here
    std::uint64_t sequence = 1;  // of the batch that replay begins with
    std::uint64_t next_key_number = 1;
    std::int64_t wall_us = 0;
};

constexpr std::size_t checkpoint_header_size = 64;
std::string encode_checkpoint_header(const CheckpointHeader& header);

std::string checkpoint_file_name(std::uint64_t position);
std::optional<std::uint64_t> parse_checkpoint_file_name(std::string_view name);

// A section stands at the end of `bytes`: begin_section() makes room for its header and answers
// where it begins, the payload follows, seal_section() closes it. `offset` is where it will stand
// in the file.
constexpr std::size_t section_header_size = 16;
enum class SectionKind : std::uint32_t { key = 1, end = 2 };
std::size_t begin_section(std::string& bytes);
void seal_section(std::string& bytes, std::size_t begin, SectionKind kind, std::uint64_t store,
                  std::uint64_t offset);

void append_key_section(std::string& section, const Key& key, std::uint64_t snapshot_position);
void append_end_section(std::string& section, std::uint64_t keys, std::uint64_t file_size);

using TakeKey = std::function<void(std::unique_ptr<Key>)>;
// Checks the whole file before answering; each key has its snapshot's position in Key::position.
Result<CheckpointHeader> read_checkpoint(FileSystem& files, const std::string& name, MonoTime now,
                                         const TakeKey& take);

}  // namespace sluice
