#include "core/policy/cgroup.h"

#include <gtest/gtest.h>

#include <ostream>

#include "core/base/limits/rules.h"

namespace chancery::policy {
namespace {

const std::string container(64, 'a');

struct CgroupCase {
  const char* name;
  std::string text;
  std::string unit;
  std::string container = {};
};

void PrintTo(const CgroupCase& entry, std::ostream* out) { *out << entry.name; }

class ParseCgroup : public testing::TestWithParam<CgroupCase> {};

TEST_P(ParseCgroup, AnswersAsTheTableSays) {
  const Cgroup found = parse_cgroup(GetParam().text);
  EXPECT_EQ(found.unit, GetParam().unit);
  EXPECT_EQ(found.container, GetParam().container);
}

std::string name_of_case(const testing::TestParamInfo<CgroupCase>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Units, ParseCgroup,
    testing::Values(
        CgroupCase{"ServiceInVersion2", "0::/system.slice/build.service\n", "build.service"},
        CgroupCase{"ServiceInVersion1",
                   "12:pids:/elsewhere\n1:name=systemd:/system.slice/build.service\n",
                   "build.service"},
        CgroupCase{"BothVersionsAgreeOnTheManagers",
                   "1:name=systemd:/system.slice/build.service\n0::/system.slice/other.service\n",
                   "build.service"},
        CgroupCase{"Version1WithoutItsOwnLineForSystemd",
                   "4:memory:/jobs/evil.service\n0::/system.slice/build.service\n",
                   "build.service"},
        CgroupCase{"NestedSlices", "0::/ci.slice/ci-runners.slice/runner@3.service\n",
                   "runner@3.service"},
        CgroupCase{"ServiceWithCgroupsOfItsOwn",
                   "0::/system.slice/runner.service/job/release.service\n", "runner.service"},
        CgroupCase{"Scope", "0::/init.scope\n", "init.scope"},
        CgroupCase{"EscapedName", "0::/system.slice/_cgroup.service\n", "cgroup.service"},
        CgroupCase{"NameWithHexadecimalEscape", "0::/system.slice/a\\x2db.service\n",
                   "a\\x2db.service"},
        CgroupCase{"WithoutLastNewline", "0::/system.slice/build.service", "build.service"}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    NotOfTheSystem, ParseCgroup,
    testing::Values(
        CgroupCase{"UserUnitNamedLikeASystemUnit",
                   "0::/user.slice/user-1000.slice/user@1000.service/app.slice/build.service\n",
                   ""},
        CgroupCase{"UserUnitNamedLikeASystemUnitInVersion1",
                   "1:name=systemd:/user.slice/user-1000.slice/user@1000.service/build.service\n"
                   "0::/\n",
                   ""},
        CgroupCase{"UserUnitWithASliceCalledSystem",
                   "0::/user.slice/user-1000.slice/user@1000.service/system.slice/build.service\n",
                   ""},
        CgroupCase{"UsersManagerThatWasMovedElsewhere",
                   "0::/ci.slice/user@1000.service/app.slice/build.service\n", "user@1000.service"},
        CgroupCase{"Login", "0::/user.slice/user-1000.slice/session-4.scope\n", ""},
        CgroupCase{"Root", "0::/\n", ""}, CgroupCase{"OnlySlices", "0::/system.slice\n", ""},
        CgroupCase{"CgroupThatIsNoUnit", "0::/jobs/build.service\n", ""},
        CgroupCase{"OutsideOurNamespace", "0::/../system.slice/build.service\n", ""},
        CgroupCase{"ClimbingPath", "0::/system.slice/../build.service\n", ""},
        CgroupCase{"CgroupThatIsGone", "0::/system.slice/build.service (deleted)\n", ""},
        CgroupCase{"RelativePath", "0::system.slice/build.service\n", ""},
        CgroupCase{"ControllerCalledLikeTheManager",
                   "3:cpu,name=systemd:/system.slice/build.service\n", ""},
        CgroupCase{"UnifiedLineWithAnotherNumber", "7::/system.slice/build.service\n", ""},
        CgroupCase{"NameWithSpace", "0::/system.slice/my build.service\n", ""},
        CgroupCase{"NameTooLong", "0::/system.slice/" + std::string(250, 'x') + ".service\n", ""},
        CgroupCase{"OnlyItsEnding", "0::/system.slice/.service\n", ""},
        CgroupCase{"NotTheFile", "build.service", ""}, CgroupCase{"Empty", "", ""},
        CgroupCase{
            "TooLong",
            "0::/system.slice/build.service\n" + std::string(limits::cgroup_text_bytes_max, '\n'),
            ""}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    Containers, ParseCgroup,
    testing::Values(
        CgroupCase{"DockerUnderSystemd", "0::/system.slice/docker-" + container + ".scope\n",
                   "docker-" + container + ".scope", container},
        CgroupCase{"DockerUnderCgroupfs", "1:name=systemd:/docker/" + container + "\n", "",
                   container},
        CgroupCase{
            "KubernetesPod",
            "0::/kubepods.slice/kubepods-burstable.slice/cri-containerd-" + container + ".scope\n",
            "cri-containerd-" + container + ".scope", container},
        CgroupCase{"ContainerInAContainer",
                   "0::/docker/" + container + "/docker/" + std::string(64, 'b') + "\n", "",
                   container},
        CgroupCase{"ServiceOfASystemdInAContainer",
                   "0::/system.slice/docker-" + container + ".scope/system.slice/build.service\n",
                   "docker-" + container + ".scope", container},
        CgroupCase{"IdTooShort", "0::/docker/abcdef012345\n", ""}),
    name_of_case);

}  // namespace
}  // namespace chancery::policy
