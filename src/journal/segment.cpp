#include "journal/segment.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <sys/mman.h>

#include "journal/bytes.hpp"
#include "journal/crc32c.hpp"

namespace sluice {

namespace {

constexpr std::string_view magic = "SLUICEJ1";
constexpr std::string_view name_prefix = "journal-";
constexpr std::string_view name_suffix = ".log";
constexpr std::size_t checksum_at = 12;

// Of everything in the header but the checksum itself.
std::uint32_t checksum_of(std::string_view header) {
    return bound_crc32c(0, 0, header.substr(0, checksum_at),
                        header.substr(checksum_at + sizeof(std::uint32_t)));
}

}  // namespace

std::string encode_segment_header(const SegmentHeader& header) {
    std::string bytes(segment_header_size, '\0');
    bytes.replace(0, magic.size(), magic);
    store_number(bytes.data() + 8, header.format);
    store_number(bytes.data() + 16, header.store);
    store_number(bytes.data() + 24, header.base);
    store_number(bytes.data() + 32, header.size);
    store_number(bytes.data() + 40, header.number);
    store_number(bytes.data() + 48, header.previous_end);
    store_number(bytes.data() + checksum_at, checksum_of(bytes));
    return bytes;
}

Result<SegmentHeader> decode_segment_header(std::string_view bytes) {
    if (bytes.size() < segment_header_size || !bytes.starts_with(magic)) {
        return Error{Errc::corrupt,
                     "the segment header is damaged: it does not begin with SLUICEJ1"};
    }
    const auto expected = checksum_of(bytes.substr(0, segment_header_size));
    if (load_number<std::uint32_t>(bytes.data() + checksum_at) != expected) {
        return Error{Errc::corrupt, "the segment header is damaged: its checksum does not match"};
    }
    SegmentHeader header;
    header.format = load_number<std::uint32_t>(bytes.data() + 8);
    header.store = load_number<std::uint64_t>(bytes.data() + 16);
    header.base = load_number<std::uint64_t>(bytes.data() + 24);
    header.size = load_number<std::uint64_t>(bytes.data() + 32);
    header.number = load_number<std::uint64_t>(bytes.data() + 40);
    header.previous_end = load_number<std::uint64_t>(bytes.data() + 48);
    if (header.format > journal_format) {
        return Error{Errc::unsupported, "the segment has format " + std::to_string(header.format) +
                                            ", this program knows up to " +
                                            std::to_string(journal_format)};
    }
    return header;
}

std::string describe_wrong_size(const std::string& name, std::uint64_t size,
                                std::uint64_t expected) {
    const std::string sizes =
        "it has " + std::to_string(size) + " bytes instead of " + std::to_string(expected);
    if (size > expected) return name + " is too long: " + sizes;
    return name + " is cut short: " + sizes + "; what was written behind them is lost";
}

std::string segment_file_name(std::uint64_t base) {
    std::array<char, 17> digits{};
    std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(base));
    return std::string(name_prefix) + digits.data() + std::string(name_suffix);
}

std::optional<std::uint64_t> parse_segment_file_name(std::string_view name) {
    if (!name.starts_with(name_prefix) || !name.ends_with(name_suffix)) return std::nullopt;
    name.remove_prefix(name_prefix.size());
    name.remove_suffix(name_suffix.size());
    if (name.size() != 16) return std::nullopt;
    std::uint64_t base = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), base, 16);
    if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
    return base;
}

SegmentImage::SegmentImage(std::size_t size) : size_(size) {
    void* const memory =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SLUICE_CHECK(memory != MAP_FAILED, "no memory for a segment image");
    ::madvise(memory, size, MADV_HUGEPAGE);  // A hint: fewer page faults while the journal grows.
    bytes_ = static_cast<char*>(memory);
}

SegmentImage::~SegmentImage() {
    ::munmap(bytes_, size_);
}

}  // namespace sluice
