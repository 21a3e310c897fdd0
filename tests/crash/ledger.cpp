#include "crash/ledger.hpp"

namespace sluice::testing {

void Ledger::begin_era() {
    for (WriterPage& page : writers) {
        page.begin_era();
    }
    for (ConsumerPage& page : consumers) {
        page.begin_era();
    }
}

std::string stream_name(std::size_t stream) {
    return "s" + std::to_string(stream);
}

std::string payload(std::size_t writer, std::uint64_t number) {
    const std::uint64_t seed = writer * 1'000'003 + number * 7919;
    std::string text(8 + seed % 600, '\0');
    for (std::size_t i = 0; i < text.size(); ++i) {
        text[i] = static_cast<char>((seed >> (i % 7)) + i * 31);
    }
    return text;
}

}  // namespace sluice::testing
