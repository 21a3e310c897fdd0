#include "stream_commands/stream_read_options.hpp"

#include <string>

#include "server/error_replies.hpp"
#include "server/number_argument.hpp"

namespace sluice {

namespace {

class ReadParser {
  public:
    ReadParser(CommandContext& context, ReadCommand command)
        : context_(context), request_(context.request), command_(command) {}

    std::optional<ReadOptions> run() {
        while (at_ < request_.size() && parsed_.first_id == 0) {
            if (!read_option()) return std::nullopt;
        }
        return check_together() ? std::optional(parsed_) : std::nullopt;
    }

  private:
    // The word of an option, how many arguments must follow it, and who reads them.
    struct Option {
        std::string_view word;
        std::size_t following;
        bool of_group_only;
        bool (ReadParser::*read)();
    };
    static const Option options[];

    bool fail(std::string_view error) {
        context_.reply.error(error);
        return false;
    }

    bool read_option();

    bool fail_outside_group(const Option& option) {
        std::string name(option.word);
        for (char& c : name) {
            c = static_cast<char>(c - 'a' + 'A');
        }
        return fail("ERR The " + name +
                    " option is only supported by XREADGROUP. You called XREAD instead.");
    }

    bool read_count() {
        const auto count = integer_argument(context_, at_ + 1);
        if (!count) return false;
        parsed_.count = *count < 0 ? 0 : static_cast<std::uint64_t>(*count);
        at_ += 2;
        return true;
    }

    bool read_total(std::optional<std::uint64_t>& total, std::string_view error) {
        const auto value = integer_argument(context_, at_ + 1);
        if (!value) return false;
        if (*value <= 0) return fail(error);
        total = static_cast<std::uint64_t>(*value);
        at_ += 2;
        return true;
    }

    bool read_count_total() {
        return read_total(parsed_.count_total, "ERR MAXCOUNT must be a positive integer");
    }

    bool read_bytes_total() {
        return read_total(parsed_.bytes_total, "ERR MAXSIZE must be a positive integer");
    }

    bool read_block() {
        const auto block = integer_argument(context_, at_ + 1, error_text::timeout_not_integer);
        if (!block) return false;
        if (*block < 0) return fail(error_text::timeout_negative);
        parsed_.block_ms = static_cast<std::uint64_t>(*block);
        at_ += 2;
        return true;
    }

    bool read_claim() {
        const auto idle = integer_argument(context_, at_ + 1,
                                           "ERR min-idle-time is not an integer or out of range");
        if (!idle) return false;
        if (*idle < 0) return fail("ERR min-idle-time must be a positive integer");
        parsed_.claim_idle_ms = *idle;
        at_ += 2;
        return true;
    }

    bool read_group() {
        parsed_.group = request_[at_ + 1];
        parsed_.consumer = request_[at_ + 2];
        has_group_ = true;
        at_ += 3;
        return true;
    }

    bool read_noack() {
        parsed_.skips_pending = true;
        ++at_;
        return true;
    }

    // Everything behind STREAMS: keys, then as many ids.
    bool read_streams() {
        const std::size_t words = request_.size() - at_ - 1;
        if (words % 2 != 0) return fail_unbalanced();
        parsed_.keys = request_.args().subspan(at_ + 1, words / 2);
        parsed_.first_id = at_ + 1 + words / 2;
        return true;
    }

    bool fail_unbalanced() {
        if (command_ == ReadCommand::xread) {
            return fail(
                "ERR Unbalanced 'xread' list of streams: for each stream key an ID, '+', or '$' "
                "must be specified.");
        }
        return fail(
            "ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' must "
            "be specified.");
    }

    bool check_together() {
        if (parsed_.first_id == 0) return fail(error_text::syntax);
        if (command_ == ReadCommand::xreadgroup && !has_group_) {
            return fail("ERR Missing GROUP option for XREADGROUP");
        }
        if (parsed_.count_total && parsed_.count > *parsed_.count_total) {
            return fail("ERR MAXCOUNT must be greater than or equal to COUNT");
        }
        return true;
    }

    CommandContext& context_;
    const Request& request_;
    ReadCommand command_;
    ReadOptions parsed_;
    std::size_t at_ = 1;
    bool has_group_ = false;
};

constexpr ReadParser::Option ReadParser::options[] = {
    {"claim", 1, true, &ReadParser::read_claim},
    {"block", 1, false, &ReadParser::read_block},
    {"count", 1, false, &ReadParser::read_count},
    {"maxcount", 1, false, &ReadParser::read_count_total},
    {"maxsize", 1, false, &ReadParser::read_bytes_total},
    {"streams", 1, false, &ReadParser::read_streams},
    {"group", 2, true, &ReadParser::read_group},
    {"noack", 0, true, &ReadParser::read_noack},
};

bool ReadParser::read_option() {
    for (const Option& option : options) {
        if (request_.size() - at_ - 1 < option.following) continue;
        if (!is_word(request_[at_], option.word)) continue;
        if (option.of_group_only && command_ == ReadCommand::xread) {
            return fail_outside_group(option);
        }
        return (this->*option.read)();
    }
    return fail(error_text::syntax);
}

}  // namespace

std::optional<ReadOptions> parse_read(CommandContext& context, ReadCommand command) {
    return ReadParser(context, command).run();
}

}  // namespace sluice
