#include "command_store/exchange.hpp"

namespace sluice {

CommandText& CommandText::word(std::string_view bytes) {
    words_ += '$';
    words_ += std::to_string(bytes.size());
    words_ += "\r\n";
    words_ += bytes;
    words_ += "\r\n";
    ++count_;
    return *this;
}

void CommandText::add_to(ExchangeStep& step) const {
    step.bytes += '*';
    step.bytes += std::to_string(count_);
    step.bytes += "\r\n";
    step.bytes += words_;
    ++step.replies;
}

}  // namespace sluice
