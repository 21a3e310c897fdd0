#include "differential/generator.hpp"

#include <algorithm>
#include <utility>

namespace sluice::testing {

namespace {

// A number of milliseconds that may or may not pass while the test runs.
bool is_short_time(const std::string& word) {
    const bool is_number =
        !word.empty() && word.size() < 7 &&
        std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
    return is_number && word[0] != '0';
}

bool depends_on_time(const Words& words) {
    if (words.size() < 5) return false;
    const bool is_claim = words[0] == "XCLAIM" || words[0] == "XAUTOCLAIM";
    if (is_claim && is_short_time(words[4])) return true;
    if (!is_claim && words[0] != "XPENDING") return false;
    const auto idle = std::find(words.begin(), words.end() - 1, "IDLE");
    return idle != words.end() - 1 && is_short_time(*(idle + 1));
}

}  // namespace

void Generator::emit(Words words) {
    if (!depends_on_time(words)) round_.push_back(std::move(words));
}

const std::vector<Generator::Choice>& Generator::choices() {
    static const std::vector<Choice> table = {
        {26, &Generator::add_entry},
        {2, &Generator::add_automatic},
        {8, &Generator::range},
        {2, &Generator::length},
        {6, &Generator::delete_entries},
        {4, &Generator::trim},
        {2, &Generator::set_id},
        {6, &Generator::create_group},
        {5, &Generator::change_group},
        {5, &Generator::read},
        {18, &Generator::read_group},
        {10, &Generator::acknowledge},
        {8, &Generator::pending},
        {9, &Generator::claim},
        {8, &Generator::autoclaim},
        {6, &Generator::info},
        {4, &Generator::odd_stream_command},
        {30, &Generator::document},
        {3, &Generator::transaction},
    };
    return table;
}

std::vector<Words> Generator::round(std::size_t commands) {
    round_.clear();
    last_ms_.fill(0);
    emit({"HELLO", std::string(pick({"2", "2", "3"}))});
    emit({"CONFIG", "SET", "stream-node-max-entries", std::string(pick({"2", "3", "10", "100"}))});
    for (std::size_t i = 0; i < streams; ++i) {
        if (random_.one_in(4)) continue;
        const std::string key = "s" + std::to_string(i);
        emit({"XGROUP", "CREATE", key, "g0", "0", "MKSTREAM"});
        create_consumers(key, "g0");
    }
    while (round_.size() < commands) {
        one_command();
    }
    return std::exchange(round_, {});
}

void Generator::one_command() {
    unsigned total = 0;
    for (const Choice& choice : choices()) {
        total += choice.weight;
    }
    std::uint64_t drawn = random_.below(total);
    for (const Choice& choice : choices()) {
        if (drawn < choice.weight) return (this->*choice.make)();
        drawn -= choice.weight;
    }
}

std::string_view Generator::pick(std::initializer_list<std::string_view> words) {
    return words.begin()[random_.below(words.size())];
}

std::string Generator::number(std::uint64_t low, std::uint64_t high) {
    return std::to_string(low + random_.below(high - low + 1));
}

// No sign or space in front: Redis takes such a text for an id, we do not.
std::string Generator::odd_number() {
    return std::string(
        pick({"-1", "0", "1", "-9223372036854775808", "9223372036854775807", "9223372036854775808",
              "18446744073709551616", "x", "", "1.5", "1 ", "01", "0x10", "1e3"}));
}

// Three streams, and now and then a key of another type or none.
std::string Generator::stream_key() {
    if (random_.one_in(40)) return any_key();
    return "s" + number(0, streams - 1);
}

std::string Generator::any_key() {
    return std::string(
        pick({"s0", "s1", "s2", "k0", "k1", "n0", "h0", "h1", "z0", "z1", "absent"}));
}

std::string Generator::group() {
    if (random_.one_in(60)) return std::string(pick({"nosuch", "", "g\x01\xff"}));
    return std::string(pick({"g0", "g0", "g1"}));
}

std::string Generator::consumer() {
    return std::string(pick({"alice", "bob", "carol"}));
}

std::uint64_t Generator::newest_ms() const {
    return *std::max_element(last_ms_.begin(), last_ms_.end());
}

// An id near those that exist.
std::string Generator::entry_id() {
    if (random_.one_in(80)) {
        return std::string(pick({"0-0", "0", "-", "+", "$", ">", "*", "x", "", "-1-1", "1-1-1",
                                 "1-", "-1", "18446744073709551615-18446744073709551615",
                                 "18446744073709551616", "1-18446744073709551616", "01-1", "1-01",
                                 "9999999999999999999999999999999999999999"}));
    }
    const std::uint64_t newest = std::max<std::uint64_t>(newest_ms(), 1);
    const std::uint64_t back = std::min<std::uint64_t>(newest, random_.below(24));
    const std::string ms = std::to_string(newest - back);
    return random_.one_in(10) ? ms : ms + "-" + number(0, 2);
}

std::string Generator::range_id(bool is_start) {
    if (random_.one_in(3)) return is_start ? "-" : "+";
    if (random_.one_in(30)) return is_start ? "+" : "-";
    return (random_.one_in(6) ? "(" : "") + entry_id();
}

std::string Generator::value() {
    if (random_.one_in(60)) return std::string(1 + random_.below(3000), 'x');
    if (random_.one_in(20)) return std::string("\0\r\n\xff", 4);
    return std::string(pick({"", "a", "b", "1", "2", "hello", "1.5", "-7"}));
}

std::string Generator::score() {
    if (random_.one_in(20)) return std::string(pick({"inf", "-inf", "nan", "x"}));
    return std::string(pick({"0", "1", "2", "3", "-1", "1.5", "0.1", "1e3", "-2.25", "1e-7"}));
}

}  // namespace sluice::testing
