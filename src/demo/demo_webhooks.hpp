// The webhooks that the demo feeds in: real GitHub payloads where they are installed.
//
// Source     npm package @octokit/webhooks-examples (MIT), api.github.com/index.json: an array of
//            {"name": "issues", "examples": [payload, …]}; it is looked for in the node_modules of
//            the current folder, of the program's folder, and of the folders above them
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "event/result.hpp"

namespace sluice {

struct Webhook {
    std::string name;        // "pull_request"
    std::string action;      // "opened"; empty where GitHub sends none
    std::string repository;  // "Codertocat/Hello-World"; may be empty
    std::string subject;     // what it is about, in words: a title, a branch
    std::string payload;     // JSON, without white space between its tokens
};

std::optional<std::string> find_webhook_examples();
// Errors: not_found, invalid (not such a file); the message names it.
Result<std::vector<Webhook>> load_webhooks(const std::string& path);
// A few of our own making, for a machine without the package.
std::vector<Webhook> built_in_webhooks();

}  // namespace sluice
