// Strings, hashes, sorted sets, generic commands, expiry and transactions of the generator.
#include <utility>

#include "differential/generator.hpp"

namespace sluice::testing {

const std::vector<Generator::Choice>& Generator::document_choices() {
    static const std::vector<Choice> table = {
        {5, &Generator::string_command},     {4, &Generator::counter_command},
        {4, &Generator::hash_command},       {4, &Generator::hash_change},
        {3, &Generator::sorted_set_command}, {4, &Generator::sorted_set_range},
        {5, &Generator::sorted_set_change},  {3, &Generator::generic_command},
        {2, &Generator::expiry_command},     {1, &Generator::odd_document_command},
    };
    return table;
}

void Generator::document() {
    std::uint64_t drawn = random_.below(35);
    for (const Choice& choice : document_choices()) {
        if (drawn < choice.weight) return (this->*choice.make)();
        drawn -= choice.weight;
    }
}

void Generator::string_command() {
    const std::string key = random_.one_in(12) ? any_key() : std::string(pick({"k0", "k1", "n0"}));
    switch (random_.below(14)) {
        case 0:
        case 1:
            emit({"SET", key, value()});
            break;
        case 2:
            emit({"SET", key, value(), std::string(pick({"NX", "XX", "GET", "KEEPTTL"}))});
            break;
        case 3:
            emit({"GET", key});
            break;
        case 4:
            emit({"GETSET", key, value()});
            break;
        case 5:
            emit({"GETDEL", key});
            break;
        case 6:
            emit({"SETNX", key, value()});
            break;
        case 7:
            emit({"APPEND", key, value()});
            break;
        case 8:
            emit({"STRLEN", key});
            break;
        case 9:
            emit({"GETRANGE", key, number(0, 5), std::string(pick({"-1", "2", "100"}))});
            break;
        case 10:
            emit({"SETRANGE", key, number(0, 9), value()});
            break;
        case 11:
            emit({"MSET", key, value(), "k1", value()});
            break;
        case 12:
            emit({"MGET", key, any_key(), "k0"});
            break;
        default:
            emit({"MSETNX", key, value(), any_key(), value()});
            break;
    }
}

void Generator::counter_command() {
    const std::string key = random_.one_in(10) ? any_key() : "n0";
    switch (random_.below(7)) {
        case 0:
            emit({"INCR", key});
            break;
        case 1:
            emit({"DECR", key});
            break;
        case 2:
            emit({"INCRBY", key, random_.one_in(8) ? odd_number() : number(0, 99)});
            break;
        case 3:
            emit({"DECRBY", key, random_.one_in(8) ? odd_number() : number(0, 99)});
            break;
        case 4:
            emit({"INCRBYFLOAT", key, std::string(pick({"0.5", "1", "-2.25", "x", "1e2"}))});
            break;
        case 5:
            emit({"SET", key, std::string(pick({"0", "5", "-3", "9223372036854775807"}))});
            break;
        default:
            emit({"GET", key});
            break;
    }
}

void Generator::hash_command() {
    const std::string key = random_.one_in(12) ? any_key() : std::string(pick({"h0", "h1"}));
    const std::string field(pick({"a", "b", "c", "d", ""}));
    switch (random_.below(9)) {
        case 0:
            emit({"HGET", key, field});
            break;
        case 1:
            emit({"HMGET", key, field, "a", "nosuch"});
            break;
        case 2:
            emit({"HGETALL", key});
            break;
        case 3:
            emit({"HKEYS", key});
            break;
        case 4:
            emit({"HVALS", key});
            break;
        case 5:
            emit({"HLEN", key});
            break;
        case 6:
            emit({"HEXISTS", key, field});
            break;
        case 7:
            emit({"HSTRLEN", key, field});
            break;
        default:
            emit({"HSCAN", key, "0", "COUNT", "1000"});
            break;
    }
}

void Generator::hash_change() {
    const std::string key = random_.one_in(12) ? any_key() : std::string(pick({"h0", "h1"}));
    const std::string field(pick({"a", "b", "c", "d", ""}));
    switch (random_.below(7)) {
        case 0:
        case 1:
            emit({"HSET", key, field, value()});
            break;
        case 2:
            emit({"HSET", key, "a", value(), "b", value(), field, "5"});
            break;
        case 3:
            emit({"HSETNX", key, field, value()});
            break;
        case 4:
            emit({"HDEL", key, field, std::string(pick({"a", "b", "nosuch"}))});
            break;
        case 5:
            emit({"HINCRBY", key, field, random_.one_in(8) ? odd_number() : number(0, 9)});
            break;
        default:
            emit({"HINCRBYFLOAT", key, field, std::string(pick({"0.5", "x", "3"}))});
            break;
    }
}

void Generator::sorted_set_command() {
    const std::string key = random_.one_in(12) ? any_key() : std::string(pick({"z0", "z1"}));
    const std::string member(pick({"a", "b", "c", "d", "e", ""}));
    switch (random_.below(7)) {
        case 0:
            emit({"ZSCORE", key, member});
            break;
        case 1:
            emit({"ZMSCORE", key, member, "a", "nosuch"});
            break;
        case 2:
            emit({"ZCARD", key});
            break;
        case 3:
            emit({std::string(pick({"ZRANK", "ZREVRANK"})), key, member});
            break;
        case 4:
            emit({"ZCOUNT", key, score(), score()});
            break;
        case 5:
            // Only sets of one score have an order by members.
            emit({"ZADD", "lex", "0", member, "0", "b"});
            emit({std::string(pick({"ZLEXCOUNT", "ZRANGEBYLEX"})), "lex",
                  std::string(pick({"-", "[b", "(b", "x"})), std::string(pick({"+", "(d", "["}))});
            break;
        default:
            emit({"ZSCAN", key, "0", "COUNT", "1000"});
            break;
    }
}

void Generator::sorted_set_range() {
    const std::string key = random_.one_in(12) ? any_key() : std::string(pick({"z0", "z1"}));
    const std::string low = (random_.one_in(4) ? "(" : "") + score();
    Words words;
    switch (random_.below(6)) {
        case 0:
            words = {"ZRANGE", key, number(0, 3), std::string(pick({"-1", "2", "-2"}))};
            break;
        case 1:
            words = {"ZREVRANGE", key, "0", std::string(pick({"-1", "2"}))};
            break;
        case 2:
            words = {"ZRANGEBYSCORE", key, low, score()};
            break;
        case 3:
            words = {"ZREVRANGEBYSCORE", key, score(), low};
            break;
        case 4:
            words = {"ZRANGE", key, low, "+inf", "BYSCORE"};
            break;
        default:
            words = {"ZRANGE", key, "-1", "0", "REV"};
            break;
    }
    if (random_.one_in(3)) words.emplace_back("WITHSCORES");
    if (random_.one_in(4)) words.insert(words.end(), {"LIMIT", "1", number(0, 3)});
    emit(std::move(words));
}

void Generator::sorted_set_change() {
    const std::string key = random_.one_in(12) ? any_key() : std::string(pick({"z0", "z1"}));
    const std::string member(pick({"a", "b", "c", "d", "e", ""}));
    switch (random_.below(10)) {
        case 0:
        case 1:
        case 2:
            emit({"ZADD", key, score(), member, score(), "a"});
            break;
        case 3: {
            const std::string_view option = pick({"NX", "XX", "GT", "LT", "CH", "INCR"});
            emit({"ZADD", key, std::string(option), score(), member});
            break;
        }
        case 4:
            emit({"ZINCRBY", key, score(), member});
            break;
        case 5:
            emit({"ZREM", key, member, "nosuch"});
            break;
        case 6:
            emit({"ZREMRANGEBYRANK", key, "0", number(0, 1)});
            break;
        case 7:
            emit({"ZREMRANGEBYSCORE", key, score(), score()});
            break;
        case 8:
            emit({"ZPOPMIN", key});
            break;
        default:
            emit({"ZPOPMAX", key, number(0, 2)});
            break;
    }
}

void Generator::generic_command() {
    const std::string key = any_key();
    switch (random_.below(9)) {
        case 0:
            emit({"DEL", key});
            break;
        case 1:
            emit({"UNLINK", key, "absent"});
            break;
        case 2:
            emit({"EXISTS", key, any_key(), "k0"});
            break;
        case 3:
            emit({"TYPE", key});
            break;
        case 4:
            emit({"RENAME", key, any_key()});
            break;
        case 5:
            emit({"RENAMENX", key, any_key()});
            break;
        case 6:
            emit({"DBSIZE"});
            break;
        case 7:
            emit({"KEYS", std::string(pick({"*", "s*", "?0", "[hz]*", "nosuch"}))});
            break;
        default:
            emit({"SCAN", "0", "COUNT", "1000", "MATCH", std::string(pick({"*", "s?"}))});
            break;
    }
}

// No two of these are the same, and none rounds to another number of ten minutes soon.
std::string Generator::far_ms() {
    return std::to_string(600'000 * (100 + random_.below(1000)) + random_.below(200'000));
}

void Generator::expiry_command() {
    const std::string key = any_key();
    switch (random_.below(8)) {
        case 0:
            emit({"EXPIRE", key, "100000"});
            break;
        case 1:
            emit({"PEXPIRE", key, far_ms(), std::string(pick({"NX", "XX", "GT", "LT"}))});
            break;
        case 2:
            emit({"EXPIRE", key, std::string(pick({"-1", "0", "x", "9223372036854775807"}))});
            break;
        case 3:
            emit({"PERSIST", key});
            break;
        case 4:
            emit({"TTL", key});
            break;
        case 5:
            emit({"PTTL", key});
            break;
        case 6:
            emit({"SET", "k0", "v", "EX", std::string(pick({"100000", "0", "-1", "x"}))});
            break;
        default:
            emit({"EXPIREAT", key, "33177117420"});
            break;
    }
}

void Generator::transaction() {
    if (transaction_depth_ > 0) return;
    ++transaction_depth_;
    if (random_.one_in(4)) {
        // Not a stream: there we notice more changes than Redis does.
        emit({"WATCH", std::string(pick({"k0", "n0", "h0", "z0", "absent"}))});
        if (random_.one_in(3)) one_command();
    }
    emit({"MULTI"});
    const std::size_t count = random_.below(6);
    for (std::size_t i = 0; i < count; ++i) {
        one_command();
    }
    emit({std::string(pick({"EXEC", "EXEC", "EXEC", "EXEC", "DISCARD"}))});
    --transaction_depth_;
}

void Generator::odd_document_command() {
    const auto& choice = document_choices()[random_.below(8)];
    (this->*choice.make)();
    Words& words = round_.back();
    const std::size_t at = random_.below(words.size());
    if (random_.one_in(2)) {
        words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
    } else {
        // Redis 7.0 and 8 take different texts for doubles.
        words[at] = words[0].starts_with("Z") ? score() : odd_number();
    }
    // What a scan finds with another COUNT is chance, and cursors may be odder in Redis 7.0.
    if (words.empty() || words[0].empty() || words[0].ends_with("SCAN")) round_.pop_back();
}

}  // namespace sluice::testing
