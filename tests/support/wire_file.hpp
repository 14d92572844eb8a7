// tests/support/wire_file.hpp - loads tests/wire/*.http: replies as readable text, with the expected outcome beneath.
// SPDX-License-Identifier: BSL-1.0
#ifndef SUPEROFFICE_TESTS_SUPPORT_WIRE_FILE_HPP
#define SUPEROFFICE_TESTS_SUPPORT_WIRE_FILE_HPP

// A file is lines. Up to the first "---" line: what it is about, in words. Then sections, in this order:
//
//     --- reply           what the peer sends. \r \n \t \\ \xHH are escapes; the line's own end is not part of it, so
//                         each \r\n that goes on the wire can be seen. "@" stands before the byte that `failed` names,
//                         with `done` behind the reply's last byte where the peer sends more.
//     --- closed          optional, no lines: the peer closes behind the reply
//     --- memory N slack M     optional, no lines: else 1024 and 16
//     --- outcome         the lines below, of which each can be left out but the first
//         done | failed ERRC STAGE
//         status N
//         needed N
//         reusable yes|no
//         header NAME: VALUE    "header NAME" alone: there is none
//         body TEXT             escapes as above; several such lines are one text
//         call ok TEXT | ERRC   with `done`: the value, written again, or the service's answer that a client makes of it

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <algorithm>

struct wire_file {
    std::string name;
    std::string reply;
    std::size_t fault_at = std::string::npos;
    bool closed = false;
    std::size_t memory = 1024;
    std::size_t slack = 16;

    bool done = false;
    std::string code = "ok";
    std::string stage = "none";
    int status = -1;  // -1: not said
    std::size_t needed = 0;
    std::string reusable;
    std::vector<std::pair<std::string, std::string>> headers;
    std::vector<std::string> absent_headers;
    std::string body;
    std::string call_code;
    std::string call_value;

    std::string mistake;  // in the file itself
};

namespace wire {

/// The folder of the tests: SUPEROFFICE_TESTS_DIR from the environment, else as a macro, else by this file's own path.
inline std::filesystem::path tests_folder() {
    if (const char* set = std::getenv("SUPEROFFICE_TESTS_DIR")) return set;
#ifdef SUPEROFFICE_TESTS_DIR
    return SUPEROFFICE_TESTS_DIR;
#else
    return std::filesystem::path(__FILE__).parent_path().parent_path();
#endif
}

inline std::string unescaped(std::string_view text, std::string& mistake) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            plain += text[i];
            continue;
        }
        const char kind = ++i < text.size() ? text[i] : ' ';
        if (kind == 'r')
            plain += '\r';
        else if (kind == 'n')
            plain += '\n';
        else if (kind == 't')
            plain += '\t';
        else if (kind == '\\')
            plain += '\\';
        else if (kind == 'x' && i + 2 < text.size()) {
            plain += static_cast<char>(std::strtoul(std::string(text.substr(i + 1, 2)).c_str(), nullptr, 16));
            i += 2;
        } else
            mistake = "an escape that is none";
    }
    return plain;
}

inline std::string word(std::string_view& line) {
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string first(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
    return first;
}

inline void take_outcome(wire_file& file, std::string_view line) {
    const std::string what = word(line);
    if (what == "done") {
        file.done = true;
    } else if (what == "failed") {
        file.code = word(line);
        file.stage = word(line);
    } else if (what == "status") {
        file.status = static_cast<int>(std::strtol(word(line).c_str(), nullptr, 10));
    } else if (what == "needed") {
        file.needed = std::strtoul(word(line).c_str(), nullptr, 10);
    } else if (what == "reusable") {
        file.reusable = word(line);
    } else if (what == "header") {
        const std::size_t colon = line.find(": ");
        if (colon == std::string_view::npos)
            file.absent_headers.emplace_back(line);
        else
            file.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    } else if (what == "body") {
        file.body += unescaped(line, file.mistake);
    } else if (what == "call") {
        file.call_code = word(line);
        file.call_value = unescaped(line, file.mistake);
    } else if (!what.empty()) {
        file.mistake = "outcome: " + what;
    }
}

inline void take_section(wire_file& file, std::string& section, std::string_view line) {
    section = word(line);
    if (section == "closed") {
        file.closed = true;
    } else if (section == "memory") {
        file.memory = std::strtoul(word(line).c_str(), nullptr, 10);
        if (word(line) != "slack") file.mistake = "memory without slack";
        file.slack = std::strtoul(word(line).c_str(), nullptr, 10);
    } else if (section != "reply" && section != "outcome") {
        file.mistake = "section: " + section;
    }
}

inline wire_file parse(std::string name, std::string_view text) {
    wire_file file;
    file.name = std::move(name);
    std::string section;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);  // checked out on Windows
        if (line.substr(0, 4) == "--- ") {
            take_section(file, section, line.substr(4));
        } else if (section == "reply") {
            const std::size_t mark = line.find('@');
            file.reply += unescaped(line.substr(0, mark), file.mistake);
            if (mark == std::string_view::npos) continue;
            file.fault_at = file.reply.size();
            file.reply += unescaped(line.substr(mark + 1), file.mistake);
        } else if (section == "outcome") {
            take_outcome(file, line);
        } else if (!section.empty() && !line.empty()) {
            file.mistake = "a line in the section " + section;
        }
    }
    if (file.reply.empty() || section != "outcome") file.mistake = "a section is missing";
    if (file.done == file.call_code.empty()) file.mistake = "a call's outcome goes with `done`, and with nothing else";
    return file;
}

inline std::string whole_text(const std::filesystem::path& path) {
    std::string text;
    std::FILE* file = std::fopen(path.string().c_str(), "rb");
    if (file == nullptr) return text;
    char part[4096];
    for (std::size_t n; (n = std::fread(part, 1, sizeof part, file)) != 0;) text.append(part, n);
    std::fclose(file);
    return text;
}

/// All of tests/wire/*.http, in the order of their names.
inline std::vector<wire_file> all() {
    std::vector<std::filesystem::path> paths;
    std::error_code failure;
    for (std::filesystem::directory_iterator at(tests_folder() / "wire", failure), end; !failure && at != end;
         at.increment(failure))
        if (at->path().extension() == ".http") paths.push_back(at->path());
    std::sort(paths.begin(), paths.end());
    std::vector<wire_file> files;
    for (const auto& path : paths) files.push_back(parse(path.filename().string(), whole_text(path)));
    return files;
}

}  // namespace wire
#endif
