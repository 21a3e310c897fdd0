// The stream commands of the generator.
#include <algorithm>
#include <utility>

#include "differential/generator.hpp"

namespace sluice::testing {

namespace {

// Would wait for ever, depends on the clock, leaps over all ids, or is where Redis 7.0 and Redis 8
// go different ways.
bool is_unfit(const Words& words) {
    const auto is_dangerous = [](const std::string& word) {
        return word == "BLOCK" || word == "*" || word == "TIME";
    };
    const std::string& name = words[0];
    const bool names_consumer = name == "XCLAIM" || name == "XAUTOCLAIM" || name == "XREADGROUP";
    const bool is_stranger = names_consumer && words.size() > 3 && words[3] != "alice" &&
                             words[3] != "bob" && words[3] != "carol";
    const auto is_far = [](const std::string& word) { return word.size() > 9; };
    const bool leaps = name == "XADD" && std::any_of(words.begin(), words.end(), is_far);
    return name.empty() || name == "XSETID" || is_stranger || leaps ||
           std::any_of(words.begin(), words.end(), is_dangerous);
}

}  // namespace

void Generator::add_trimming(Words& words) {
    const bool by_length = random_.one_in(2);
    words.push_back(by_length ? "MAXLEN" : "MINID");
    const bool is_approximate = random_.one_in(2);
    if (is_approximate) {
        words.push_back("~");
    } else if (random_.one_in(3)) {
        words.push_back("=");
    }
    if (random_.one_in(40)) {
        words.push_back(odd_number());
    } else {
        words.push_back(by_length ? number(0, 12) : entry_id());
    }
    const bool has_limit = is_approximate ? random_.one_in(3) : random_.one_in(40);
    if (has_limit) {
        words.push_back("LIMIT");
        words.push_back(random_.one_in(20) ? odd_number() : number(0, 12));
    }
}

void Generator::add_fields(Words& words) {
    const std::size_t pairs = 1 + random_.below(random_.one_in(10) ? 12 : 2);
    for (std::size_t i = 0; i < pairs; ++i) {
        words.emplace_back(pick({"f", "g", "h", ""}));
        words.push_back(value());
    }
    if (random_.one_in(60)) words.pop_back();
}

void Generator::add_ids(Words& words, std::size_t most) {
    const std::size_t count = 1 + random_.below(most);
    for (std::size_t i = 0; i < count; ++i) {
        words.push_back(entry_id());
    }
}

void Generator::add_entry() {
    const std::size_t stream = random_.below(streams);
    Words words{"XADD", "s" + std::to_string(stream)};
    if (random_.one_in(30)) words[1] = any_key();
    if (random_.one_in(10)) words.push_back("NOMKSTREAM");
    if (random_.one_in(5)) add_trimming(words);
    std::uint64_t& ms = last_ms_[stream];
    if (random_.one_in(12)) {
        words.push_back(entry_id());
        const bool is_unfit_id =
            words.back() == "*" || words.back().starts_with("18446744073709551615-");
        if (is_unfit_id) words.back() = "0-1";
    } else {
        ms += random_.below(3);
        words.push_back(std::to_string(ms) +
                        std::string(pick({"-*", "-*", "-*", "-1", "-2", "-7", ""})));
    }
    add_fields(words);
    emit(std::move(words));
}

// Ids that the server makes differ in time; the stream of its own keeps them away from the others.
void Generator::add_automatic() {
    emit({"XADD", "auto", "MAXLEN", number(0, 5), "*", "f", "v"});
    if (random_.one_in(2)) emit({"XLEN", "auto"});
    if (random_.one_in(4)) emit({"XRANGE", "auto", "-", "+"});
    if (random_.one_in(8)) emit({"XADD", "auto", "NOMKSTREAM", "*", "f"});
}

void Generator::range() {
    const bool is_reverse = random_.one_in(2);
    const std::string low = range_id(true);
    const std::string high = range_id(false);
    Words words{is_reverse ? "XREVRANGE" : "XRANGE", stream_key(), is_reverse ? high : low,
                is_reverse ? low : high};
    if (random_.one_in(2)) {
        words.push_back("COUNT");
        words.push_back(random_.one_in(20) ? odd_number() : number(0, 6));
    }
    emit(std::move(words));
}

void Generator::length() {
    emit({"XLEN", stream_key()});
}

void Generator::delete_entries() {
    Words words{"XDEL", stream_key()};
    add_ids(words, 3);
    emit(std::move(words));
}

void Generator::trim() {
    Words words{"XTRIM", stream_key()};
    add_trimming(words);
    if (random_.one_in(50)) words.emplace_back("extra");
    emit(std::move(words));
}

// Never behind what was deleted: Redis 7.0 takes such an id where Redis 8 refuses it.
void Generator::set_id() {
    const std::size_t stream = random_.below(streams);
    last_ms_[stream] = newest_ms() + random_.below(8);
    Words words{"XSETID", "s" + std::to_string(stream), std::to_string(last_ms_[stream]) + "-9"};
    if (random_.one_in(3)) {
        words.emplace_back("ENTRIESADDED");
        words.push_back(random_.one_in(10) ? std::string(pick({"-1", "x", "9223372036854775808"}))
                                           : number(0, 100));
    }
    if (random_.one_in(3)) {
        words.emplace_back("MAXDELETEDID");
        words.push_back(entry_id());
    }
    emit(std::move(words));
}

// Every consumer is made with its group, because Redis 7.0 makes consumers later than Redis 8.
void Generator::create_group() {
    const std::string key = stream_key();
    const std::string name = group();
    Words words{"XGROUP", "CREATE", key, name,
                random_.one_in(3) ? entry_id() : std::string(pick({"0", "0", "$"}))};
    if (random_.one_in(2)) words.emplace_back("MKSTREAM");
    if (random_.one_in(5)) {
        words.emplace_back("ENTRIESREAD");
        words.push_back(random_.one_in(10) ? odd_number() : number(0, 50));
    }
    emit(std::move(words));
    create_consumers(key, name);
}

void Generator::create_consumers(const std::string& key, const std::string& name) {
    for (const std::string_view each : {"alice", "bob", "carol"}) {
        emit({"XGROUP", "CREATECONSUMER", key, name, std::string(each)});
    }
}

void Generator::change_group() {
    const std::string key = stream_key();
    const std::string name = group();
    switch (random_.below(6)) {
        case 0:
            emit({"XGROUP", "DESTROY", key, name});
            break;
        case 1: {
            const std::string who = consumer();
            emit({"XGROUP", "DELCONSUMER", key, name, who});
            emit({"XGROUP", "CREATECONSUMER", key, name, who});
            break;
        }
        default: {
            Words words{"XGROUP", "SETID", key, name,
                        random_.one_in(4) ? std::string(pick({"0", "$"})) : entry_id()};
            if (random_.one_in(3)) {
                words.emplace_back("ENTRIESREAD");
                words.push_back(random_.one_in(10) ? odd_number() : number(0, 50));
            }
            emit(std::move(words));
        }
    }
}

void Generator::read() {
    Words words{"XREAD"};
    if (random_.one_in(3)) words.insert(words.end(), {"COUNT", number(0, 4)});
    if (random_.one_in(30)) words.insert(words.end(), {"BLOCK", "1"});
    if (random_.one_in(50)) {
        words.insert(words.end(), {"BLOCK", std::string(pick({"-1", "x", "", "1.5", "1e3"}))});
    }
    words.emplace_back("STREAMS");
    const std::size_t count = 1 + random_.below(3);
    for (std::size_t i = 0; i < count; ++i) {
        words.push_back(stream_key());
    }
    for (std::size_t i = 0; i < count; ++i) {
        words.push_back(random_.one_in(4) ? "0" : entry_id());
        if (words.back() == "+") words.back() = "$";
    }
    emit(std::move(words));
}

void Generator::read_group() {
    Words words{"XREADGROUP", "GROUP", group(), consumer()};
    if (random_.one_in(2)) words.insert(words.end(), {"COUNT", number(0, 4)});
    if (random_.one_in(8)) words.emplace_back("NOACK");
    if (random_.one_in(60)) words.insert(words.end(), {"BLOCK", "1"});
    words.emplace_back("STREAMS");
    const std::size_t count = random_.one_in(4) ? 2 : 1;
    for (std::size_t i = 0; i < count; ++i) {
        words.push_back(stream_key());
    }
    for (std::size_t i = 0; i < count; ++i) {
        words.push_back(random_.one_in(5) ? entry_id() : std::string(pick({">", ">", ">", "0"})));
        if (words.back() == "+") words.back() = ">";
    }
    emit(std::move(words));
}

void Generator::acknowledge() {
    Words words{"XACK", stream_key(), group()};
    add_ids(words, random_.one_in(10) ? 12 : 3);
    emit(std::move(words));
}

void Generator::pending() {
    Words words{"XPENDING", stream_key(), group()};
    if (random_.one_in(4)) return emit(std::move(words));
    if (random_.one_in(3)) {
        words.insert(words.end(), {"IDLE", std::string(pick({"0", "3600000", "-1", "x"}))});
    }
    words.push_back(range_id(true));
    words.push_back(range_id(false));
    words.push_back(random_.one_in(15) ? odd_number() : number(0, 12));
    if (random_.one_in(3)) words.push_back(consumer());
    if (random_.one_in(60)) words.emplace_back("nobody");
    emit(std::move(words));
}

void Generator::claim() {
    Words words{"XCLAIM", stream_key(), group(), consumer(),
                std::string(pick({"0", "0", "0", "3600000", "-1"}))};
    if (random_.one_in(60)) words.back() = odd_number();
    add_ids(words, 3);
    if (random_.one_in(4)) words.insert(words.end(), {"IDLE", std::string(pick({"0", "7200000"}))});
    if (random_.one_in(20)) words.insert(words.end(), {"TIME", std::string(pick({"0", "1000"}))});
    if (random_.one_in(5)) words.insert(words.end(), {"RETRYCOUNT", number(0, 9)});
    if (random_.one_in(3)) words.emplace_back("FORCE");
    if (random_.one_in(3)) words.emplace_back("JUSTID");
    if (random_.one_in(10)) words.insert(words.end(), {"LASTID", entry_id()});
    if (random_.one_in(60)) words.emplace_back(pick({"NOSUCH", "IDLE", "RETRYCOUNT"}));
    emit(std::move(words));
}

void Generator::autoclaim() {
    Words words{"XAUTOCLAIM", stream_key(), group(), consumer(),
                std::string(pick({"0", "0", "0", "3600000", "-1"}))};
    words.push_back(random_.one_in(2) ? "0" : range_id(true));
    if (random_.one_in(2)) words.insert(words.end(), {"COUNT", number(1, 5)});
    if (random_.one_in(50)) words.insert(words.end(), {"COUNT", odd_number()});
    if (random_.one_in(3)) words.emplace_back("JUSTID");
    emit(std::move(words));
}

void Generator::info() {
    const std::string key = stream_key();
    switch (random_.below(5)) {
        case 0:
            emit({"XINFO", "STREAM", key});
            break;
        case 1:
            emit({"XINFO", "STREAM", key, "FULL"});
            break;
        case 2:
            emit({"XINFO", "STREAM", key, "FULL", "COUNT", number(0, 4)});
            break;
        case 3:
            emit({"XINFO", "GROUPS", key});
            break;
        default:
            emit({"XINFO", "CONSUMERS", key, group()});
            break;
    }
}

// A command that may be right, with a word taken out, doubled or replaced. What makes consumers is
// doubled first, and no consumer gets another name, because of when Redis 7.0 makes consumers.
void Generator::odd_stream_command() {
    const std::size_t before = round_.size();
    (this->*choices()[random_.below(16)].make)();
    if (round_.size() == before) return;
    if (round_.back()[0] == "XGROUP") emit(Words(round_.back()));
    Words& words = round_.back();
    const std::size_t at = random_.below(words.size());
    const auto where = words.begin() + static_cast<std::ptrdiff_t>(at);
    switch (random_.below(3)) {
        case 0:
            words.erase(where);
            break;
        case 1:
            words.insert(where, std::string(words[at]));
            break;
        default:
            words[at] = odd_number();
            break;
    }
    Words odd = std::move(words);
    round_.pop_back();
    if (!is_unfit(odd)) emit(std::move(odd));
}

}  // namespace sluice::testing
