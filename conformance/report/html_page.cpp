#include "report/html_page.hpp"

#include "base/sequence_chart.hpp"
#include "base/xml_text.hpp"

#include <algorithm>

namespace chatos::conformance {

std::string_view page_file(std::string_view name) {
    static const std::vector<builtin_file> files = page_files();
    const auto position =
        std::find_if(files.begin(), files.end(), [&](const builtin_file& file) { return file.name == name; });
    return position == files.end() ? std::string_view{} : position->text;
}

void begin_page(std::ostream& out, std::string_view title) {
    out << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
           "script-src 'unsafe-inline'\">\n<title>"
        << base::xml_text(title) << "</title>\n<style>\n"
        << page_file("page.css") << base::chart_style() << "</style>\n</head>\n<body>\n";
}

}  // namespace chatos::conformance
