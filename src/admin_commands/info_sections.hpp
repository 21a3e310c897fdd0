// The text of INFO, section by section, with the field names that tools read.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sluice {

class Server;

struct InfoSection {
    std::string_view name;   // lower case, as INFO takes it
    std::string_view title;  // "# Server"
    bool by_default = true;  // part of INFO without arguments
    void (*write)(Server&, std::string& out) = nullptr;
};

std::span<const InfoSection> info_sections();

}  // namespace sluice
