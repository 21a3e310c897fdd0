#include "simulation/workload.hpp"

#include <iterator>

namespace sluice::testing {

std::string Workload::key(char type) {
    // A command sometimes meets a key of another type.
    if (random_.one_in(40)) return any_key();
    return type + number(type == 'x' ? 4 : 2);
}

std::string Workload::any_key() {
    constexpr std::string_view types = "shzxx";
    return std::string(1, types[random_.below(types.size())]) + number(3);
}

std::string Workload::body() {
    std::uint64_t size = random_.below(24);
    if (random_.one_in(8)) size = random_.below(shape_.large_body_max);
    // Cheap to make, different each time, and with bytes that protocols trip over.
    std::string bytes = number(1'000'000);
    const std::string_view ends[] = {"", "\r\n", std::string_view("\0", 1), "$-1\r\n"};
    bytes += ends[random_.below(std::size(ends))];
    bytes.resize(bytes.size() + size, static_cast<char>(random_.below(256)));
    return bytes;
}

Arguments Workload::next(const Model& model) {
    switch (random_.below(16)) {
        case 0:
        case 1:
            return string_command();
        case 2:
        case 3:
            return hash_command();
        case 4:
        case 5:
            return sorted_set_command();
        case 6:
            return generic_command();
        default:
            return stream_command(model);
    }
}

Arguments Workload::string_command() {
    const auto name = key('s');
    switch (random_.below(6)) {
        case 0:
            if (shape_.expires) return {"SET", name, body(), "PX", "1" + number(2000)};
            [[fallthrough]];
        case 1:
            return {"SET", name, body()};
        case 2:
            return {"SET", name, number(1000)};
        case 3:
            return {"APPEND", name, body()};
        case 4:
            return {"INCRBY", name, number(100)};
        default:
            return {"GET", name};
    }
}

Arguments Workload::hash_command() {
    const auto name = key('h');
    switch (random_.below(4)) {
        case 0:
            return {"HSET", name, field(), body()};
        case 1:
            return {"HSET", name, field(), body(), field(), body()};
        case 2:
            return {"HDEL", name, field(), field()};
        default:
            return {"HGET", name, field()};
    }
}

Arguments Workload::sorted_set_command() {
    const auto name = key('z');
    const auto member = "m" + number(6);
    switch (random_.below(4)) {
        case 0:
            return {"ZADD", name, number(100), member};
        case 1:
            return {"ZINCRBY", name, number(100), member};
        case 2:
            return {"ZREM", name, member};
        default:
            return {"ZSCORE", name, member};
    }
}

Arguments Workload::generic_command() {
    switch (random_.below(12)) {
        case 0:
        case 1:
            return {"DEL", any_key()};
        case 2:
            return {"DEL", any_key(), any_key()};
        case 3:
        case 4:
            return {"RENAME", any_key(), any_key()};
        case 5:
        case 6:
            if (shape_.expires) return {"PEXPIRE", any_key(), "1" + number(3000)};
            [[fallthrough]];
        case 7:
            return {"PERSIST", any_key()};
        case 8:
            if (shape_.flushes && random_.one_in(8)) return {"FLUSHDB"};
            [[fallthrough]];
        case 9:
            return {"EXISTS", any_key(), any_key()};
        default:
            return {"TYPE", any_key()};
    }
}

std::string Workload::id_in(const Model& model, const std::string& name) {
    const auto* stream = model.find_stream(name);
    if (stream == nullptr || stream->entries.empty() || random_.one_in(10)) return number(50);
    const auto skip = random_.below(stream->entries.size());
    return std::next(stream->entries.begin(), static_cast<std::ptrdiff_t>(skip))->first.text();
}

std::string Workload::pending_id(const Model& model, const std::string& name,
                                 const std::string& group) {
    const auto* stream = model.find_stream(name);
    if (stream == nullptr || !stream->groups.contains(group)) return id_in(model, name);
    const auto& pending = stream->groups.at(group).pending;
    if (pending.empty() || random_.one_in(10)) return id_in(model, name);
    const auto skip = random_.below(pending.size());
    return std::next(pending.begin(), static_cast<std::ptrdiff_t>(skip))->first.text();
}

Arguments Workload::add_command(const Model& model) {
    const auto name = key('x');
    Arguments arguments{"XADD", name};
    if (random_.one_in(12)) arguments.emplace_back("NOMKSTREAM");
    // Streams stay short enough for XAUTOCLAIM to claim all that is pending.
    const auto* stream = model.find_stream(name);
    const bool is_long = stream != nullptr && stream->entries.size() >= 24;
    if (is_long || random_.one_in(10)) {
        arguments.insert(arguments.end(), {"MAXLEN", "=", number(16)});
    }
    std::string id = "*";
    if (random_.one_in(8)) {
        const EntryId last = stream == nullptr ? EntryId{} : stream->last_id;
        id = std::to_string(last.ms) + "-" + std::to_string(last.seq + random_.below(4));
    }
    arguments.push_back(id == "0-0" ? "*" : id);
    const auto pairs = 1 + random_.below(3);
    for (std::uint64_t i = 0; i < pairs; ++i) {
        arguments.push_back(field());
        arguments.push_back(body());
    }
    return arguments;
}

Arguments Workload::group_read_command(const Model& model) {
    const auto name = key('x');
    Arguments arguments{"XREADGROUP", "GROUP", group(), consumer(), "COUNT", "1" + number(3)};
    if (random_.one_in(10)) arguments.emplace_back("NOACK");
    arguments.insert(arguments.end(), {"STREAMS", name});
    arguments.push_back(random_.one_in(8) ? id_in(model, name) : ">");
    return arguments;
}

Arguments Workload::pending_command(const Model& model) {
    const auto name = key('x');
    const auto group_name = group();
    switch (random_.below(8)) {
        case 0:
            return {"XPENDING", name, group_name};
        case 1:
            return {"XAUTOCLAIM", name, group_name, consumer(), "0", "0-0"};
        case 2:
        case 3: {
            Arguments claim{"XCLAIM", name, group_name, consumer(), "0"};
            claim.push_back(pending_id(model, name, group_name));
            if (random_.one_in(3)) claim.emplace_back("JUSTID");
            return claim;
        }
        default:
            return {"XACK", name, group_name, pending_id(model, name, group_name),
                    pending_id(model, name, group_name)};
    }
}

Arguments Workload::group_command() {
    const auto name = key('x');
    switch (random_.below(12)) {
        case 0:
            return {"XGROUP", "DESTROY", name, group()};
        case 1:
            return {"XGROUP", "SETID", name, group(), random_.one_in(2) ? "0" : "$"};
        case 2:
            return {"XGROUP", "CREATECONSUMER", name, group(), consumer()};
        case 3:
            return {"XGROUP", "DELCONSUMER", name, group(), consumer()};
        case 4:
        case 5:
            return {"XGROUP", "CREATE", name, group(), "$"};
        default:
            return {"XGROUP", "CREATE", name, group(), "0", "MKSTREAM"};
    }
}

Arguments Workload::stream_command(const Model& model) {
    const auto name = key('x');
    switch (random_.below(20)) {
        case 0:
            return {"XDEL", name, id_in(model, name), id_in(model, name)};
        case 1:
            return {"XTRIM", name, "MAXLEN", "=", number(12)};
        case 2:
            return {"XTRIM", name, "MINID", "=", id_in(model, name)};
        case 3:
            return {"XRANGE", name, "-", "+", "COUNT", "1" + number(9)};
        case 4:
            return {"XREAD", "COUNT", "2", "STREAMS", name, id_in(model, name)};
        case 5:
            return {"XLEN", name};
        case 6: {
            const auto* stream = model.find_stream(name);
            return {"XSETID", name, stream == nullptr ? "5-0" : stream->last_id.text()};
        }
        case 7:
        case 8:
            return group_command();
        case 9:
        case 10:
        case 11:
            return group_read_command(model);
        case 12:
        case 13:
        case 14:
            return pending_command(model);
        default:
            return add_command(model);
    }
}

}  // namespace sluice::testing
