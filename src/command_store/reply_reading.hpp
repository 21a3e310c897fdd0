// Replies as values of a store, and the end of an exchange as the end of a request.
//
// Errors     an error reply: error_meaning.hpp; a reply of another shape than the protocol's page
//            says: indeterminate, io
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "command_store/error_meaning.hpp"
#include "command_store/exchange.hpp"
#include "store/completion.hpp"
#include "store/stream_requests.hpp"

namespace sluice {

Error odd_reply_error();

template <class T>
Answer<T> odd_answer() {
    return Answer<T>::indeterminate(odd_reply_error());
}

// Nothing when the reply has another shape.
std::optional<EntryId> read_id(const Reply& reply);
std::optional<std::uint64_t> read_number(const Reply& reply);
// name, value, name, value ...
std::optional<Fields> read_fields(Reply& reply);
// [[id, fields] ...]
std::optional<std::vector<StoredEntry>> read_entries(Reply& reply);

// The replies of a MULTI: those inside EXEC's, or why there are none.
Answer<std::vector<Reply>> read_transaction(std::vector<Reply> replies);

// Ends a request of one command with what `read(Reply&)` makes of its reply; it answers nothing
// when the shape is wrong.
template <class T, class Read>
auto end_with(Completion<T> done, Read read) {
    return [done = std::move(done),
            read = std::move(read)](Answer<std::vector<Reply>> replies) mutable {
        if (!replies.is_ok()) return done(replies.template failure_as<T>());
        Reply& reply = replies->back();
        if (reply.is_error()) return done(refusal<T>(reply.text));
        std::optional<T> value = read(reply);
        done(value ? Answer<T>(std::move(*value)) : odd_answer<T>());
    };
}

// The same for exchanges of more commands: `read(std::vector<Reply>&)` gives an Answer.
template <class T, class Read>
auto end_all_with(Completion<T> done, Read read) {
    return [done = std::move(done),
            read = std::move(read)](Answer<std::vector<Reply>> replies) mutable {
        if (!replies.is_ok()) return done(replies.template failure_as<T>());
        done(read(*replies));
    };
}

}  // namespace sluice
