// Requests about documents: fields under a key, and lists that order keys by a number.
//
// Why        projections (the state of a task, of a worker) are a document and its place in a list,
//            and both must change in one step
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "event/event.hpp"

namespace sluice {

// Answers the fields, in no particular order; none when there is no such document.
struct GetDocument {
    std::string key;
};

struct DocumentRank {
    std::string list;
    std::string member;
    double score = 0;
};

// Holds when the field has this value now; nothing: when it is not there.
struct DocumentCondition {
    std::string field;
    std::optional<std::string> value = {};
};

// Changes fields and the place in a list in one step; other fields stay.
struct PutDocument {
    std::string key;
    Fields fields;
    std::optional<DocumentRank> rank = {};
};

// The same if the condition holds at that moment.
struct PutDocumentIf {
    PutDocument put;
    DocumentCondition condition;
};

struct ConditionalPut {
    bool is_done = false;
    std::optional<std::string> found = {};  // the field's value when it was not
};

struct ListRanked {
    std::string list;
    std::uint64_t skip = 0;
    std::size_t count = 100;
    bool highest_first = true;
};

struct RankedMember {
    std::string member;
    double score = 0;
    friend bool operator==(const RankedMember&, const RankedMember&) = default;
};

}  // namespace sluice
