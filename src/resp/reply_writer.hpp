// Writes replies in RESP2 or RESP3 to the end of a buffer.
//
// Shape      one call writes one value; array(n), map(n), set(n), push(n) write a header and the
//            caller writes the n (map: 2n) values that follow. What RESP2 lacks is written as
//            Redis does: map -> flat array, set/push -> array, double/big number/verbatim -> bulk
//            string, boolean -> integer, null -> "$-1".
// Promise    error() and simple() replace CR, LF and NUL by spaces, so input in a message cannot
//            forge a reply
// Source     docs/protocol/resp.md; the RESP3 specification of Redis
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "event/entry_id.hpp"
#include "resp/byte_buffer.hpp"

namespace sluice {

enum class Protocol : std::uint8_t { resp2 = 2, resp3 = 3 };

class ReplyWriter {
  public:
    ReplyWriter(ByteBuffer& out, Protocol protocol) : out_(&out), protocol_(protocol) {}

    Protocol protocol() const { return protocol_; }
    bool is_resp3() const { return protocol_ == Protocol::resp3; }

    void ok() { out_->append("+OK\r\n"); }
    void simple(std::string_view text);
    // `text` holds the code word too: "ERR syntax error", "WRONGTYPE Operation ...".
    void error(std::string_view text);
    void integer(std::int64_t value);
    void bulk(std::string_view bytes);
    // A bulk string holding a decimal number.
    void bulk_integer(std::int64_t value);
    void entry_id(EntryId id);
    void null();        // "$-1" or "_"
    void null_array();  // "*-1" or "_"
    void boolean(bool value);
    // Shortest text that reads back as the same number; "inf", "-inf", "nan".
    void real(double value);
    void verbatim(std::string_view text);  // "txt" in RESP3
    void array(std::size_t size);
    void map(std::size_t pairs);
    void set(std::size_t size);
    void push(std::size_t size);
    void attribute(std::size_t pairs);  // RESP3 only; the caller checks
    // Bytes that already are RESP.
    void raw(std::string_view bytes) { out_->append(bytes); }

    // Where the reply stands now; truncate(mark) takes back what was written since.
    std::size_t mark() const { return out_->size(); }
    void truncate(std::size_t mark) { out_->truncate(mark); }

  private:
    void header(char kind, std::int64_t value);

    ByteBuffer* out_;
    Protocol protocol_;
};

}  // namespace sluice
