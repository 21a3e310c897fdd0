#include "engine/checkpoint_file.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

#include "document/string_value.hpp"
#include "engine/key_record.hpp"
#include "journal/bytes.hpp"
#include "journal/crc32c.hpp"

namespace sluice {

namespace {

constexpr std::string_view magic = "SLUICECK";
constexpr std::uint32_t format = 1;
constexpr std::size_t checksum_at = 12;
constexpr std::string_view name_prefix = "checkpoint-";
constexpr std::string_view name_suffix = ".ckpt";
constexpr std::uint8_t flag_degraded = 1;
constexpr std::size_t section_alignment = 8;

std::uint32_t header_checksum(std::string_view header) {
    return bound_crc32c(0, 0, header.substr(0, checksum_at), header.substr(checksum_at + 4));
}

Error damaged(std::string_view what) {
    return Error{Errc::corrupt, "the checkpoint is damaged: " + std::string(what)};
}

Result<CheckpointHeader> decode_header(std::string_view bytes) {
    if (bytes.size() < checkpoint_header_size || !bytes.starts_with(magic)) {
        return damaged("it does not begin with SLUICECK");
    }
    if (load_number<std::uint32_t>(bytes.data() + checksum_at) != header_checksum(bytes)) {
        return damaged("its header's checksum does not match");
    }
    if (const auto found = load_number<std::uint32_t>(bytes.data() + 8); found > format) {
        return Error{Errc::unsupported, "the checkpoint has format " + std::to_string(found) +
                                            ", this program knows up to " + std::to_string(format)};
    }
    CheckpointHeader header;
    header.store = load_number<std::uint64_t>(bytes.data() + 16);
    header.position = load_number<std::uint64_t>(bytes.data() + 24);
    header.sequence = load_number<std::uint64_t>(bytes.data() + 32);
    header.next_key_number = load_number<std::uint64_t>(bytes.data() + 40);
    header.wall_us = load_number<std::int64_t>(bytes.data() + 48);
    return header;
}

void save_value(const Value& value, std::string& out) {
    std::visit(
        [&out](const auto& held) {
            if constexpr (std::is_same_v<std::decay_t<decltype(held)>, StringValue>) {
                save_string(held, out);
            } else {
                held.save(out);
            }
        },
        value);
}

Result<Value> load_value(ValueType type, std::string_view bytes, MonoTime now) {
    switch (type) {
        case ValueType::string: {
            SLUICE_TRY_ASSIGN(auto value, load_string(bytes));
            return Value(std::move(value));
        }
        case ValueType::hash: {
            SLUICE_TRY_ASSIGN(auto value, Hash::load(bytes));
            return Value(std::move(value));
        }
        case ValueType::sorted_set: {
            SLUICE_TRY_ASSIGN(auto value, SortedSet::load(bytes));
            return Value(std::move(value));
        }
        case ValueType::stream: {
            SLUICE_TRY_ASSIGN(auto value, Stream::load(bytes, now));
            return Value(std::move(value));
        }
    }
    return damaged("a key has an unknown type");
}

Result<std::unique_ptr<Key>> decode_key(std::string_view payload, MonoTime now) {
    ByteReader reader(payload);
    auto key = std::make_unique<Key>();
    key->number = reader.number<std::uint64_t>();
    key->position = reader.number<std::uint64_t>();
    key->tenant = reader.number<std::uint32_t>();
    const auto type = decode_value_type(reader.number<std::uint8_t>());
    const auto durability = decode_durability(reader.number<std::uint8_t>());
    key->degraded = (reader.number<std::uint8_t>() & flag_degraded) != 0;
    reader.number<std::uint8_t>();
    const auto expiry = decode_key_expiry(reader.bytes(sizeof(std::int64_t)));
    key->name = std::string(reader.sized());
    const auto value = reader.rest();
    if (reader.failed() || !type || !durability || !expiry) return damaged("a key cannot be read");
    key->durability = *durability;
    key->expires_at = *expiry;
    key->last_access = now;
    SLUICE_TRY_ASSIGN(key->value, load_value(*type, value, now));
    return key;
}

// Reads the file's sections one after the other.
class SectionReader {
  public:
    SectionReader(File& file, std::uint64_t file_size) : file_(file), file_size_(file_size) {}

    Result<std::string_view> read(std::uint64_t size) {
        if (size > file_size_ - offset_) return damaged("it ends too early");
        if (bytes_.size() < size) bytes_.resize(size);
        SLUICE_TRY_ASSIGN(const std::size_t got, file_.read_at(offset_, {bytes_.data(), size}));
        if (got < size) return damaged("it ends too early");
        return std::string_view(bytes_.data(), size);
    }
    void skip(std::uint64_t size) { offset_ += size; }
    std::uint64_t offset() const { return offset_; }

  private:
    File& file_;
    std::uint64_t file_size_;
    std::uint64_t offset_ = 0;
    std::string bytes_;
};

}  // namespace

std::string encode_checkpoint_header(const CheckpointHeader& header) {
    std::string bytes(checkpoint_header_size, '\0');
    bytes.replace(0, magic.size(), magic);
    store_number(bytes.data() + 8, format);
    store_number(bytes.data() + 16, header.store);
    store_number(bytes.data() + 24, header.position);
    store_number(bytes.data() + 32, header.sequence);
    store_number(bytes.data() + 40, header.next_key_number);
    store_number(bytes.data() + 48, header.wall_us);
    store_number(bytes.data() + checksum_at, header_checksum(bytes));
    return bytes;
}

std::string checkpoint_file_name(std::uint64_t position) {
    std::array<char, 17> digits{};
    std::snprintf(digits.data(), digits.size(), "%016llx",
                  static_cast<unsigned long long>(position));
    return std::string(name_prefix) + digits.data() + std::string(name_suffix);
}

std::optional<std::uint64_t> parse_checkpoint_file_name(std::string_view name) {
    if (!name.starts_with(name_prefix) || !name.ends_with(name_suffix)) return std::nullopt;
    name.remove_prefix(name_prefix.size());
    name.remove_suffix(name_suffix.size());
    std::uint64_t position = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), position, 16);
    if (name.size() != 16 || error != std::errc{} || end != name.data() + name.size()) {
        return std::nullopt;
    }
    return position;
}

std::size_t begin_section(std::string& bytes) {
    const std::size_t begin = bytes.size();
    bytes.append(section_header_size, '\0');
    return begin;
}

void seal_section(std::string& bytes, std::size_t begin, SectionKind kind, std::uint64_t store,
                  std::uint64_t offset) {
    char* const section = bytes.data() + begin;
    const std::size_t size = bytes.size() - begin;
    store_number(section + 4, static_cast<std::uint32_t>(kind));
    store_number(section + 8, std::uint64_t{size - section_header_size});
    store_number(section, bound_crc32c(store, offset, std::string_view(section + 4, size - 4)));
    bytes.resize(begin + round_up(size, section_alignment), '\0');
}

void append_key_section(std::string& section, const Key& key, std::uint64_t snapshot_position) {
    append_number(section, key.number);
    append_number(section, snapshot_position);
    append_number(section, key.tenant);
    append_number(section, static_cast<std::uint8_t>(key.type()));
    append_number(section, static_cast<std::uint8_t>(key.durability));
    append_number(section, key.degraded ? flag_degraded : std::uint8_t{0});
    append_number(section, std::uint8_t{0});
    section += encode_key_expiry(key.expires_at);
    append_sized(section, key.name);
    save_value(key.value, section);
}

void append_end_section(std::string& section, std::uint64_t keys, std::uint64_t file_size) {
    append_number(section, keys);
    append_number(section, file_size);
}

Result<CheckpointHeader> read_checkpoint(FileSystem& files, const std::string& name, MonoTime now,
                                         const TakeKey& take) {
    SLUICE_TRY_ASSIGN(const auto file, files.open(name, FileSystem::Access::read));
    SLUICE_TRY_ASSIGN(const std::uint64_t file_size, file->size());
    SectionReader reader(*file, file_size);
    SLUICE_TRY_ASSIGN(const auto header_bytes, reader.read(checkpoint_header_size));
    SLUICE_TRY_ASSIGN(const auto header, decode_header(header_bytes));
    reader.skip(checkpoint_header_size);
    for (std::uint64_t keys = 0;; ++keys) {
        SLUICE_TRY_ASSIGN(const auto section_header, reader.read(section_header_size));
        const auto length = load_number<std::uint64_t>(section_header.data() + 8);
        if (length > file_size) return damaged("a section is longer than the file");
        SLUICE_TRY_ASSIGN(const auto section, reader.read(section_header_size + length));
        if (load_number<std::uint32_t>(section.data()) !=
            bound_crc32c(header.store, reader.offset(), section.substr(4))) {
            return damaged("the checksum of the section at byte " +
                           std::to_string(reader.offset()) + " does not match");
        }
        const auto kind = static_cast<SectionKind>(load_number<std::uint32_t>(section.data() + 4));
        const auto payload = section.substr(section_header_size);
        if (kind == SectionKind::end) {
            ByteReader end(payload);
            if (end.number<std::uint64_t>() != keys || end.number<std::uint64_t>() != file_size) {
                return damaged("its end does not match its contents");
            }
            return header;
        }
        if (kind != SectionKind::key) return damaged("it has a section of an unknown kind");
        SLUICE_TRY_ASSIGN(auto key, decode_key(payload, now));
        take(std::move(key));
        reader.skip(round_up(section_header_size + length, section_alignment));
    }
}

}  // namespace sluice
