#include "stream/stream.hpp"

#include "stream/byte_codec.hpp"

namespace sluice {

Result<void> Stream::apply(std::string_view effect, MonoTime) {
    return Error{Errc::corrupt, "apply stream effect: unknown operation in " +
                                    std::to_string(effect.size()) + " bytes"};
}

void Stream::save(std::string& out) const {
    put_id(out, last_id_);
    put_id(out, max_deleted_id_);
    put_varint(out, entries_added_);
    index_.save(out);
}

Result<Stream> Stream::load(std::string_view bytes, MonoTime) {
    ByteReader reader(bytes);
    Stream stream;
    stream.last_id_ = reader.id();
    stream.max_deleted_id_ = reader.id();
    stream.entries_added_ = reader.varint();
    std::string_view rest = reader.rest();
    SLUICE_TRY_ASSIGN(stream.index_, EntryIndex::load(rest));
    return stream;
}

}  // namespace sluice
