#include "server/error_replies.hpp"

#include <algorithm>

namespace sluice {

namespace {

std::string_view protocol_word(Errc code) {
    switch (code) {
        case Errc::corrupt:
            return "CORRUPT";
        case Errc::io:
            return "IOERR";
        case Errc::full:
            return "DISKFULL";
        case Errc::unavailable:
            return "MISCONF";
        case Errc::closed:
            return "LOADING";
        case Errc::invalid:
        case Errc::not_found:
        case Errc::exists:
        case Errc::conflict:
        case Errc::limit:
        case Errc::timeout:
        case Errc::unsupported:
            return "ERR";
    }
    return "ERR";
}

}  // namespace

std::string error_reply_text(const Error& error) {
    std::string text(protocol_word(error.code));
    text += ' ';
    text += error.message;
    return text;
}

void reply_error(ReplyWriter& reply, const Error& error) {
    reply.error(error_reply_text(error));
}

std::string subcommand_syntax_text(std::string_view word, std::string_view container) {
    constexpr std::size_t shown_bytes_max = 128;
    return "ERR unknown subcommand or wrong number of arguments for '" +
           printable(word, shown_bytes_max) + "'. Try " + std::string(container) + " HELP.";
}

std::string printable(std::string_view text, std::size_t size_max) {
    std::string clean(text.substr(0, size_max));
    std::ranges::replace_if(clean, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    return clean;
}

}  // namespace sluice
