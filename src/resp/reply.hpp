// One reply of a server in RESP2 or RESP3, as a client sees it after decoding.
//
// Shape      a tree: aggregates hold their values in `elements`; a map holds key, value, key, value
// Promise    nothing of the wire is lost: the three spellings of "nothing" stay apart, and
//            printed() of two replies is the same text exactly when they are the same reply
// Printed    +OK   -ERR text   42   "bulk\r\n"   nil ($-1)   nil-array (*-1)   null (_)
//            true   real 1.5   big 123   txt:"verbatim"
//            [a b]   {key: value, key: value}   set[a b]   push[a b]   |{key: value} value
// Source     docs/protocol/resp.md; the RESP3 specification of Redis
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

struct Reply {
    enum class Kind : std::uint8_t {
        simple,      // +text
        error,       // -text, and RESP3's !length
        integer,     // :number
        bulk,        // $length
        nil,         // $-1
        nil_array,   // *-1
        null,        // _
        boolean,     // #t, #f
        real,        // ,number
        big_number,  // (digits
        verbatim,    // =length, three letters of format, a colon, the text
        array,       // *count
        set,         // ~count
        map,         // %pairs
        push,        // >count
    };

    Kind kind = Kind::null;
    char format[3] = {'t', 'x', 't'};  // of verbatim
    std::int64_t integer = 0;          // of integer; of boolean 0 or 1
    double real = 0;
    std::string text;               // of simple, error, bulk, big_number, verbatim
    std::vector<Reply> elements;    // of array, set, map, push
    std::vector<Reply> attributes;  // RESP3's |: key, value, key, value; most often empty

    bool is_error() const { return kind == Kind::error; }
    bool is_ok() const { return kind == Kind::simple && text == "OK"; }
    bool is_nothing() const {
        return kind == Kind::nil || kind == Kind::nil_array || kind == Kind::null;
    }
    bool is_aggregate() const {
        return kind == Kind::array || kind == Kind::set || kind == Kind::map || kind == Kind::push;
    }
    bool is_text() const {
        return kind == Kind::simple || kind == Kind::bulk || kind == Kind::verbatim;
    }

    // The value behind this key in a map, or in the flat array that RESP2 sends in its place.
    const Reply* find(std::string_view key) const;
    // An integer, or a text that is one.
    std::optional<std::int64_t> as_integer() const;

    friend bool operator==(const Reply& a, const Reply& b);
};

// The notation above, in one line. Bytes outside printable ASCII are written \n, \r, \t or \xHH.
std::string printed(const Reply& reply);

// "text" with those escapes, quoted.
std::string quoted(std::string_view text);

}  // namespace sluice
