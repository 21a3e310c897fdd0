#include "demo/demo_webhooks.hpp"

#include <array>
#include <filesystem>
#include <string_view>

#include "event/event.hpp"
#include "event/json_string.hpp"
#include "event/json_text.hpp"
#include "io/read_file.hpp"

namespace sluice {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view examples_path =
    "node_modules/@octokit/webhooks-examples/api.github.com/index.json";
// The examples repeat names across what GitHub sends, which is no duplicate within one object.
constexpr JsonLimits file_limits{
    .bytes_max = std::size_t{64} << 20, .depth_max = 128, .members_max = 2'000'000};
constexpr std::size_t folders_above_max = 8;
constexpr std::size_t examples_bytes_max = std::size_t{64} << 20;

std::optional<std::string> look_upwards_from(fs::path folder) {
    std::error_code failure;
    for (std::size_t i = 0; i < folders_above_max && !folder.empty(); ++i) {
        const fs::path candidate = folder / examples_path;
        if (fs::is_regular_file(candidate, failure)) return candidate.string();
        if (folder == folder.parent_path()) break;
        folder = folder.parent_path();
    }
    return std::nullopt;
}

std::string_view member_of(std::string_view object, std::string_view name) {
    const auto members = split_json_object(object, file_limits);
    if (!members) return {};
    for (const JsonMember& member : *members) {
        if (member.raw_name == name) return member.value;
    }
    return {};
}

std::string text_member(std::string_view object, std::string_view name) {
    const std::string_view value = member_of(object, name);
    if (value.size() < 2 || value.front() != '"') return {};
    return unescape_json(value.substr(1, value.size() - 2));
}

// What a person would call the thing that the webhook is about.
std::string subject_of(std::string_view payload) {
    for (const std::string_view about : {"pull_request", "issue", "discussion", "release"}) {
        const std::string_view object = member_of(payload, about);
        const std::string title = text_member(object, about == "release" ? "name" : "title");
        if (!title.empty()) return title;
    }
    return text_member(payload, "ref");
}

// Without the white space between tokens: GitHub sends none, the examples are printed for people.
std::string compact(std::string_view json) {
    std::string out;
    bool is_in_string = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (is_in_string && c == '\\') {
            out += c;
            out += json[++i];
            continue;
        }
        if (c == '"') is_in_string = !is_in_string;
        const bool is_space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
        if (is_in_string || !is_space) out += c;
    }
    return out;
}

Webhook webhook_of(std::string name, std::string_view payload) {
    Webhook webhook;
    webhook.name = std::move(name);
    webhook.action = text_member(payload, "action");
    webhook.repository = text_member(member_of(payload, "repository"), "full_name");
    webhook.subject = subject_of(payload);
    webhook.payload = compact(payload);
    return webhook;
}

}  // namespace

std::optional<std::string> find_webhook_examples() {
    std::error_code failure;
    const fs::path program = fs::read_symlink("/proc/self/exe", failure);
    if (auto found = look_upwards_from(fs::current_path(failure))) return found;
    return look_upwards_from(program.parent_path());
}

Result<std::vector<Webhook>> load_webhooks(const std::string& path) {
    SLUICE_TRY_ASSIGN(const std::string text, read_file(path, examples_bytes_max));
    const auto kinds = split_json_array(text, file_limits);
    if (!kinds) return kinds.error().within(path);
    std::vector<Webhook> webhooks;
    for (const JsonMember& kind : *kinds) {
        const std::string name = text_member(kind.value, "name");
        const auto examples = split_json_array(member_of(kind.value, "examples"), file_limits);
        if (name.empty() || !examples) continue;
        for (const JsonMember& example : *examples) {
            const bool is_payload = check_json(example.value, payload_json_limits).has_value();
            if (is_payload) webhooks.push_back(webhook_of(name, example.value));
        }
    }
    if (webhooks.empty()) return Error{Errc::invalid, path + " holds no webhook examples"};
    return webhooks;
}

std::vector<Webhook> built_in_webhooks() {
    struct Made {
        std::string_view name, action, about, title;
    };
    static constexpr std::array<Made, 6> made = {{
        {"issues", "opened", "issue", "Login times out after an hour"},
        {"issues", "labeled", "issue", "Typo in the guide for new agents"},
        {"pull_request", "opened", "pull_request", "Retry the upload when the store is busy"},
        {"pull_request", "synchronize", "pull_request", "Count tokens once per request"},
        {"release", "published", "release", "v2.4.0"},
        {"discussion", "created", "discussion", "How large may a payload be?"},
    }};
    std::vector<Webhook> webhooks;
    for (const Made& each : made) {
        std::string payload = "{\"action\":\"" + std::string(each.action) + "\",\"";
        payload += std::string(each.about) + "\":{\"number\":7,\"";
        payload += each.about == "release" ? "name" : "title";
        payload += "\":\"" + std::string(each.title) + "\"},";
        payload += R"("repository":{"full_name":"acme/agents"},"sender":{"login":"mona"}})";
        webhooks.push_back(webhook_of(std::string(each.name), payload));
    }
    return webhooks;
}

}  // namespace sluice
