// Dead letters as a client asks for them: by filters, page by page, decoded.
//
// Shape      DeadLetterFlags -> words behind SLUICE.DLQ LIST, SUMMARY, ... ; DeadLetterPages gives
//            the letters that were there when it was opened, oldest first: what dies while they
//            are looked at is for the next time
// Limits     page letters in one question
// Errors     those of the client; invalid for a time or duration that is none
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bus/dead_letter.hpp"
#include "cli/entry_text.hpp"
#include "net/client.hpp"

namespace sluice {

struct DeadLetterFlags {
    std::string group;
    std::string reason;
    std::string signature;
    std::string type;
    std::string agent;
    std::string since;  // a duration back from now, or an RFC 3339 time
    std::string until;
    std::string text;

    bool empty() const;
};

// "GROUP", "billing", "SINCE", "1700000000000", ...
Result<std::vector<std::string>> filter_words(const DeadLetterFlags& flags, WallTime now);

struct FoundLetter {
    std::string id;
    Fields fields;
    DeadLetter letter;

    StreamEntry original() const { return {.id = letter.original_id, .fields = letter.original}; }
    std::string type() const;  // of the event; empty when it has none
};

// What cannot be decoded is left out: it is no dead letter of ours.
std::vector<FoundLetter> letters_of(const Reply& reply);
// not_found when there is no such dead letter.
Result<FoundLetter> find_letter(Client& client, const std::string& stream, const std::string& id);

class DeadLetterPages {
  public:
    static constexpr std::size_t page = 200;

    static Result<DeadLetterPages> open(Client& client, std::string stream,
                                        std::vector<std::string> filters);
    // The next ones, at most `most`; none at the end.
    Result<std::vector<FoundLetter>> next(std::size_t most = page);
    // The newest dead letter at the time of open(); "0-0" when there was none.
    const std::string& end() const { return end_; }

  private:
    DeadLetterPages(Client& client, std::string stream, std::vector<std::string> filters)
        : client_(&client), stream_(std::move(stream)), filters_(std::move(filters)) {}

    Client* client_;
    std::string stream_;
    std::vector<std::string> filters_;
    std::string after_ = "0-0";
    std::string end_ = "0-0";
};

// A call of many words whose error reply is an Error.
Result<Reply> ask_words(Client& client, const std::vector<std::string>& words);

}  // namespace sluice
