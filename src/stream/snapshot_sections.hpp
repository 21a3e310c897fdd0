// Parts of a snapshot that most streams and groups do not have: a tag and bytes each.
//
// Why        what a stream does not use costs it one byte, and a new part needs no new layout of
//            the others
// Shape      docs/formats/stream_snapshot.md, "Sections": tags rise, no section is empty
// Errors     take_sections() answers false for what SectionWriter would not have written
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "stream/byte_codec.hpp"

namespace sluice {

class SectionWriter {
  public:
    // In the order of the tags; nothing to say is no section.
    void add(std::uint8_t tag, std::string_view bytes) {
        if (bytes.empty()) return;
        put_u8(sections_, tag);
        put_bytes(sections_, bytes);
        ++count_;
    }
    void write(std::string& out) const {
        put_u8(out, count_);
        out.append(sections_);
    }

  private:
    std::string sections_;
    std::uint8_t count_ = 0;
};

// Calls load(tag, bytes) for each; it answers false for tags and bytes that it does not know.
template <class Load>
bool take_sections(StreamReader& reader, Load&& load) {
    unsigned last_tag = 0;
    for (unsigned left = reader.u8(); left > 0; --left) {
        const unsigned tag = reader.u8();
        const std::string_view bytes = reader.sized_bytes();
        if (reader.failed() || tag <= last_tag || bytes.empty()) return false;
        if (!load(static_cast<std::uint8_t>(tag), bytes)) return false;
        last_tag = tag;
    }
    return !reader.failed();
}

}  // namespace sluice
