#include "base/http_request.hpp"
#include "base/system/http_responder.hpp"
#include "base/system/socket_address.hpp"
#include "base/testing/run_program.hpp"
#include "base/testing/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::base {
namespace {

std::string answer_of(std::string_view head) {
    return http_answer("200 OK", "text/plain", std::string{parse_http_request(head).path} + "\n");
}

descriptor connected(const std::string& where) {
    connect_result result = connect_to(parse_endpoint(where).value, std::chrono::seconds{20});
    EXPECT_EQ(result.fault, "");
    (void)::fcntl(result.socket.get(), F_SETFL, 0);
    return std::move(result.socket);
}

std::string ask(const std::string& where, std::string_view request) {
    const descriptor socket = connected(where);
    EXPECT_EQ(::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL), static_cast<ssize_t>(request.size()));
    return testing::read_all(socket);
}

TEST(HttpResponder, AnswersAndCloses) {
    http_responder responder{answer_of};
    const auto listening = responder.listen(parse_listen_endpoint("127.0.0.1:0").value);
    ASSERT_EQ(listening.fault, "");
    const std::string answer = ask(listening.bound.front(), "GET /metrics?x HTTP/1.1\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n/metrics\n")) << answer;
}

TEST(HttpResponder, ARequestHasABound) {
    http_responder responder{answer_of};
    const auto listening = responder.listen(parse_listen_endpoint("127.0.0.1:0").value);
    EXPECT_EQ(ask(listening.bound.front(), std::string(8'192, 'x')), "");
}

TEST(HttpResponder, ThoseWithoutRoomWaitAndSilentOnesAreDropped) {
    http_responder responder{answer_of};
    const auto listening = responder.listen(parse_listen_endpoint("127.0.0.1:0").value);
    std::vector<descriptor> silent;
    for (int i = 0; i < 16; ++i) {
        silent.push_back(connected(listening.bound.front()));
    }
    EXPECT_NE(ask(listening.bound.front(), "GET / HTTP/1.1\r\n\r\n"), "") << "after 3 s, when the silent ones are gone";
}

TEST(HttpResponder, EndsAtOnceAndTakesItsSocketFileWithIt) {
    const testing::temporary_folder folder;
    {
        http_responder responder{answer_of};
        ASSERT_EQ(responder.listen(parse_listen_endpoint("unix:" + folder.path("socket")).value).fault, "");
        const descriptor silent = connected("unix:" + folder.path("socket"));
    }
    EXPECT_FALSE(std::filesystem::exists(folder.path("socket")));
}

TEST(HttpResponder, SaysWhyItCannotListen) {
    http_responder responder{answer_of};
    EXPECT_EQ(responder.listen(parse_listen_endpoint("192.0.2.1:0").value).fault, "Cannot assign requested address");
}

}  // namespace
}  // namespace chatos::base
