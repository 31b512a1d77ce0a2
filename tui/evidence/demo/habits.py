"""What the programs of the demo do all day: the unremarkable bulk of the evidence."""

from __future__ import annotations

from tui.evidence.demo.acts import Connect, Habit, Notice, Start, Write

# {user} is the account's name; an address of `@web-01` is that device's, `@servers` and `@workstations` are any one's.

_P, _F, _N = "DeviceProcessEvents", "DeviceFileEvents", "DeviceNetworkEvents"
_ANY_SERVER, _ANY_WORKSTATION = "@servers", "@workstations"
_PROFILE = "C:\\Users\\{user}\\"
_LOCAL = _PROFILE + "AppData\\Local\\"
_ROAMING = _PROFILE + "AppData\\Roaming\\"

_WINDOWS_HABITS = {
    "scheduler": Habit(
        "server",
        (
            Start("taskhostw", "taskhostw.exe {n}", 4),
            Start("wmiprvse", "{image} -secured -Embedding", 3),
            Start("conhost", "{image} 0xffffffff -ForceV1", 2),
            Start("gpupdate", "{image} /target:computer"),
            Write("C:\\Windows\\Prefetch\\TASKHOSTW.EXE-{n}.pf", 4_000, 40_000, 3),
            Write("C:\\Windows\\System32\\Tasks\\Northwharf\\refresh-{n}", 2_000, 5_000, 1, "FileModified"),
            Connect("ctldl.windowsupdate.com", 80, 2),
            Connect("settings-win.data.microsoft.com", 443, 2),
            Notice("ScheduledTaskUpdated", additional='{"TaskName":"\\\\Northwharf\\\\refresh"}'),
        ),
        {_P: 12, _F: 5, _N: 4},
    ),
    "update service": Habit(
        "server",
        (
            Write("C:\\Windows\\SoftwareDistribution\\Download\\{n}.psf", 100_000, 9_000_000, 3, variety=5000),
            Write(
                "C:\\Windows\\SoftwareDistribution\\DataStore\\Logs\\edb{n}.log", 500_000, 1_300_000, 1, "FileModified"
            ),
            Connect("fe2cr.update.microsoft.com", 443, 3),
            Connect("tlu.dl.delivery.mp.microsoft.com", 80, 2),
            Start("wuauclt", "{image} /RunHandlerComServer"),
        ),
        {_P: 2, _F: 5, _N: 4},
    ),
    "defender": Habit(
        "server",
        (
            Write("C:\\ProgramData\\Microsoft\\Windows Defender\\Scans\\History\\{n}.bin", 1_000, 90_000, 2),
            Connect("wdcp.microsoft.com", 443, 3),
            Connect("definitionupdates.microsoft.com", 443),
            Notice("AntivirusScanCompleted", additional='{"ScanType":"Quick"}'),
            Notice("OpenProcessApiCall", "C:\\Windows\\System32\\lsass.exe", '{"DesiredAccess":5136}', 3),
        ),
        {_F: 3, _N: 4},
    ),
    "sensor": Habit(
        "steady",
        (
            Connect("winatp-gw-weu.microsoft.com", 443, 4),
            Write(
                "C:\\ProgramData\\Microsoft\\Windows Defender Advanced Threat Protection\\Temp\\{n}.tmp", 500, 90_000
            ),
            Notice("NamedPipeEvent", additional='{"PipeName":"\\\\Device\\\\NamedPipe\\\\srvsvc"}', weight=2),
        ),
        {_F: 1, _N: 4},
    ),
    "indexer": Habit(
        "server",
        (
            Start("searchprotocolhost", "{image} Global\\UsGthrFltPipeMssGthrPipe{n}", 2, 400),
            Write("C:\\ProgramData\\Microsoft\\Search\\Data\\{n}.wsb", 4_000, 900_000, 1, "FileModified", 60),
        ),
        {_P: 3, _F: 4},
    ),
    "management agent": Habit(
        "server",
        (
            Connect(ip="@deploy-01", port=443, weight=3),
            Write("C:\\Windows\\CCM\\Logs\\InventoryAgent-{n}.log", 2_000, 200_000, 2, "FileModified", 40),
            Start("wmiprvse", "{image} -Embedding", 1),
        ),
        {_P: 2, _F: 3, _N: 3},
    ),
    "spooler": Habit("office", (Write("C:\\Windows\\System32\\spool\\PRINTERS\\{n}.SPL", 20_000, 4_000_000),), {_F: 1}),
    "workstation kernel": Habit(
        "office",
        (
            Connect(ip="@fs01", port=445, weight=3),
            Connect(ip="@dc01", port=445),
            Connect(ip="@fs02", port=445, action="ConnectionFailed"),
        ),
        {_N: 1},
    ),
    "server kernel": Habit(
        "server",
        (
            Connect(ip=_ANY_WORKSTATION, port=445, action="InboundConnectionAccepted"),
            Connect(ip=_ANY_SERVER, port=445, action="InboundConnectionAccepted"),
        ),
        {_N: 2},
    ),
    "directory service": Habit(
        "server",
        (
            Connect(ip=_ANY_WORKSTATION, port=389, action="InboundConnectionAccepted", weight=4),
            Connect(ip=_ANY_WORKSTATION, port=88, action="InboundConnectionAccepted", weight=5),
            Connect(ip=_ANY_SERVER, port=389, action="InboundConnectionAccepted", weight=2),
        ),
        {_N: 30},
    ),
    "name service": Habit(
        "server",
        (Connect(ip=_ANY_WORKSTATION, port=53, action="InboundConnectionAccepted"),),
        {_N: 20},
    ),
    "replication": Habit(
        "server",
        (
            Connect(ip="@dc01", port=5722),
            Connect(ip="@dc02", port=5722),
            Write("D:\\Shares\\Public\\DfsrPrivate\\Staging\\{n}.frx", 9_000, 3_000_000),
        ),
        {_F: 8, _N: 6},
    ),
}

_DESKTOP_HABITS = {
    "explorer": Habit(
        "office",
        (
            Start("edge", '"{image}" --single-argument https://intranet.northwharf.example/page/{n}', 3),
            Start("chrome", '"{image}" https://wiki.northwharf.example/display/{n}', 2),
            Start("winword", '"{image}" /n "' + _PROFILE + 'Documents\\report {n}.docx"', 3),
            Start("excel", '"{image}" "' + _PROFILE + 'Documents\\budget {n}.xlsx"', 3),
            Write(_PROFILE + "Documents\\notes {n}.docx", 12_000, 900_000, 3, hashed=True),
            Write(_PROFILE + "Documents\\old notes {n}.docx", 12_000, 900_000, 1, "FileRenamed", hashed=True),
            Write(_PROFILE + "Desktop\\screenshot {n}.png", 80_000, 2_000_000, 2),
            Write(_ROAMING + "Microsoft\\Windows\\Recent\\report {n}.lnk", 900, 2_000, 5),
            Write(_PROFILE + "Desktop\\draft {n}.docx", 12_000, 90_000, 1, "FileDeleted"),
            Notice("GetClipboardData", weight=2),
            Notice("BrowserLaunchedToOpenUrl", remote_url="https://intranet.northwharf.example/"),
        ),
        {_P: 14, _F: 10},
    ),
    "edge": Habit(
        "office",
        (
            Start("edge", '"{image}" --type=renderer --renderer-client-id={n}', 3, integrity="Low"),
            Write(
                _LOCAL + "Microsoft\\Edge\\User Data\\Default\\Cache\\Cache_Data\\f_{n}",
                3_000,
                400_000,
                6,
                variety=9000,
            ),
            Write(_LOCAL + "Microsoft\\Edge\\User Data\\Default\\Session Storage\\{n}.ldb", 1_000, 40_000, 2),
            Connect("intranet.northwharf.example", 443, 4, "@web-01"),
            Connect("www.harbourpost.example", 443, 2, variety=20),
            Connect("www.bing.com", 443, 3, variety=12),
            Connect("edge.microsoft.com", 443, 2),
            Connect("ads.tidepool.example", 443, 1, action="ConnectionFailed"),
        ),
        {_P: 10, _F: 16, _N: 18},
    ),
    "chrome": Habit(
        "office",
        (
            Start("chrome", '"{image}" --type=renderer --lang=en --renderer-client-id={n}', 3, integrity="Low"),
            Start("chrome", '"{image}" --type=utility --utility-sub-type=network.mojom.NetworkService --seed={n}', 1),
            Write(
                _LOCAL + "Google\\Chrome\\User Data\\Default\\Cache\\Cache_Data\\f_{n}", 3_000, 400_000, 6, variety=9000
            ),
            Connect("wiki.northwharf.example", 443, 3, "@web-01"),
            Connect("www.google.com", 443, 3, variety=16),
            Connect("fonts.gstatic.com", 443, 2, variety=8),
            Connect("news.breakwater.example", 443, 2, variety=16),
        ),
        {_P: 8, _F: 13, _N: 16},
    ),
    "outlook": Habit(
        "office",
        (
            Write(_LOCAL + "Microsoft\\Outlook\\RoamCache\\Stream_{n}.dat", 500, 90_000, 3, "FileModified"),
            Write(
                _LOCAL + "Microsoft\\Windows\\INetCache\\Content.Outlook\\invoice {n}.pdf",
                30_000,
                3_000_000,
                2,
                hashed=True,
            ),
            Connect("outlook.office365.com", 443, 6, variety=12),
            Connect("autodiscover-s.outlook.com", 443, 1),
            Start("edge", '"{image}" --single-argument https://meet.northwharf.example/{n}', 1),
        ),
        {_P: 2, _F: 8, _N: 12},
    ),
    "teams": Habit(
        "office",
        (
            Write(_LOCAL + "Packages\\MSTeams\\LocalCache\\tfw\\{n}.log", 1_000, 90_000, 3, "FileModified"),
            Connect("teams.microsoft.com", 443, 5, variety=10),
            Connect("worldaz.tr.teams.microsoft.com", 3478, 2, variety=10),
        ),
        {_F: 6, _N: 9},
    ),
    "onedrive": Habit(
        "office",
        (
            Write(_LOCAL + "Microsoft\\OneDrive\\logs\\Business1\\SyncEngine-{n}.odl", 2_000, 200_000, 3),
            Write(
                _PROFILE + "OneDrive - Northwharf\\minutes {n}.docx", 12_000, 900_000, 2, "FileModified", hashed=True
            ),
            Connect("northwharf-my.sharepoint.com", 443, 4, variety=8),
        ),
        {_F: 6, _N: 6},
    ),
    "winword": Habit(
        "office",
        (
            Write(_PROFILE + "Documents\\report {n}.docx", 14_000, 2_000_000, 3, "FileModified", hashed=True),
            Write(_PROFILE + "Documents\\~$port {n}.docx", 162, 162, 2),
            Write(_ROAMING + "Microsoft\\Word\\AutoRecovery save of report {n}.asd", 14_000, 900_000, 2),
            Connect("roaming.officeapps.live.com", 443),
        ),
        {_F: 8, _N: 2},
    ),
    "excel": Habit(
        "office",
        (
            Write(_PROFILE + "Documents\\budget {n}.xlsx", 14_000, 3_000_000, 3, "FileModified", hashed=True),
            Write(_PROFILE + "Documents\\~$budget {n}.xlsx", 165, 165, 2),
            Connect("roaming.officeapps.live.com", 443),
        ),
        {_F: 8, _N: 2},
    ),
    "code": Habit(
        "office",
        (
            Start("git", "git.exe status -z -uall --revision={n}", 5),
            Start("node", '"{image}" C:\\src\\wharf-web\\node_modules\\.bin\\eslint --stdin --cache-id {n}', 3),
            Start("cmd", '{image} /d /s /c "npm run lint -- --job={n}"', 2),
            Start("python", '"{image}" -m pytest -q tests\\test_{n}.py', 2),
            Write("C:\\src\\wharf-web\\src\\module{n}.ts", 400, 40_000, 6, "FileModified"),
            Write("C:\\src\\wharf-web\\.git\\objects\\{n}", 200, 9_000, 6, variety=60_000),
            Connect("git.northwharf.example", 22, 2, "@lnx-build-02"),
            Connect("registry.npmjs.org", 443, 3, variety=12),
        ),
        {_P: 16, _F: 16, _N: 6},
    ),
    "cad": Habit(
        "office",
        (
            Write("C:\\Projects\\hull\\part {n}.hcd", 90_000, 20_000_000, 3, "FileModified"),
            Connect("licence.harrowcad.example", 443),
        ),
        {_F: 8, _N: 2},
    ),
}

_SERVER_HABITS = {
    "backup agent": Habit(
        "night",
        (
            Write("E:\\Tidewater\\catalog\\{n}.idx", 9_000, 900_000, 2, variety=900),
            Connect(ip=_ANY_SERVER, port=10_050),
            Start("backup_agent", '"{image}" --worker {n}', 1),
        ),
        {_P: 4, _F: 14, _N: 14},
    ),
    "sql server": Habit(
        "server",
        (
            Connect(ip="@web-01", port=1433, action="InboundConnectionAccepted", weight=5),
            Connect(ip=_ANY_SERVER, port=1433, action="InboundConnectionAccepted"),
            Write("F:\\Data\\tempdb_{n}.ndf", 8_000_000, 60_000_000, 1, "FileModified", 8),
        ),
        {_F: 3, _N: 30},
    ),
    "mysql server": Habit("server", (Connect(ip="@web-01", port=3306, action="InboundConnectionAccepted"),), {_N: 14}),
    "build agent": Habit(
        "office",
        (
            Start("msbuild", '"{image}" C:\\BuildAgent\\work\\{n}\\wharf.sln /m /nologo', 4, 4000),
            Start("git", "git.exe fetch origin pull/{n}", 3, 4000),
            Start("node", '"{image}" C:\\BuildAgent\\work\\webpack.js --run {n}', 2, 4000),
            Write("C:\\BuildAgent\\work\\out\\wharf.{n}.dll", 9_000, 900_000, 6, variety=9000, hashed=True),
            Write("C:\\BuildAgent\\work\\obj\\unit{n}.obj", 9_000, 200_000, 6, variety=9000),
            Connect("git.northwharf.example", 22, 3, "@lnx-build-02"),
            Connect("api.nuget.org", 443, 2, variety=12),
        ),
        {_P: 60, _F: 90, _N: 24},
    ),
    "site server": Habit(
        "server",
        (
            Connect(ip=_ANY_WORKSTATION, port=443, action="InboundConnectionAccepted"),
            Write("D:\\DeployManager\\inboxes\\auth\\{n}.mif", 2_000, 90_000, 2),
        ),
        {_F: 14, _N: 30},
    ),
    "probe": Habit(
        "steady",
        (
            Connect(ip=_ANY_SERVER, port=5985, weight=4),
            Connect(ip=_ANY_SERVER, port=9100, weight=2),
            Connect(ip=_ANY_SERVER, port=161, weight=1, action="ConnectionFailed"),
            Write("D:\\Lookout\\samples\\{n}.rrd", 9_000, 90_000, 2, "FileModified"),
        ),
        {_F: 8, _N: 30},
    ),
    "sync engine": Habit(
        "steady",
        (Connect("adminwebservice.northwharf.example", 443, 2), Connect(ip="@dc01", port=389, weight=3)),
        {_N: 10},
    ),
    "web server": Habit(
        "server",
        (
            Connect(ip=_ANY_WORKSTATION, port=443, action="InboundConnectionAccepted", weight=6),
            Connect(ip="@db-01", port=1433, weight=3),
            Write("C:\\inetpub\\logs\\LogFiles\\W3SVC1\\u_ex{n}.log", 9_000, 4_000_000, 2, "FileModified", 30),
        ),
        {_F: 6, _N: 50},
    ),
}

_LINUX_HABITS = {
    "sshd": Habit(
        "server",
        (Connect(ip=_ANY_WORKSTATION, port=22, action="InboundConnectionAccepted"),),
        {_N: 3},
    ),
    "cron": Habit(
        "steady",
        (
            Start("sh", "/bin/sh -c /usr/lib/sysstat/sa1 {n} 1", 3),
            Start("python_linux", "{image} /opt/northwharf/housekeeping.py --shard {n}"),
            Write("/var/log/sysstat/sa{n}", 9_000, 90_000, 1, "FileModified", 30),
        ),
        {_P: 14, _F: 4},
    ),
    "rsyslogd": Habit("steady", (Write("/var/log/syslog.{n}", 9_000, 900_000, 1, "FileModified", 7),), {_F: 6}),
    "node_exporter": Habit("steady", (Connect(ip="@mon-01", port=9100, action="InboundConnectionAccepted"),), {_N: 6}),
    "mdatp": Habit("steady", (Connect("winatp-gw-weu.microsoft.com", 443),), {_N: 3}),
    "postgres": Habit(
        "server",
        (
            Connect(ip="@web-01", port=5432, action="InboundConnectionAccepted"),
            Write("/var/lib/postgresql/16/main/pg_wal/{n}", 16_777_216, 16_777_216, 1, "FileModified", 900),
        ),
        {_F: 5, _N: 16},
    ),
    "runner": Habit(
        "office",
        (
            Start("make", "{image} -j4 target-{n}", 2, 4000),
            Start("gcc", "{image} -O2 -c unit{n}.c -o unit{n}.o", 8, 4000),
            Start("git_linux", "{image} fetch origin +refs/pull/{n}/head", 2, 4000),
            Write("/srv/build/work/unit{n}.o", 4_000, 90_000, 6, "FileModified", 9000),
            Connect("git.northwharf.example", 22, 2, "@lnx-build-02"),
        ),
        {_P: 60, _F: 50, _N: 8},
    ),
    "developer shell": Habit(
        "office",
        (
            Start("git_linux", "{image} commit -m wip-{n}", 2),
            Start("python_linux", "{image} -m pytest tests/test_{n}.py", 2),
            Start("make", "{image} check-{n}", 2),
            Write("/home/{user}/src/wharf/core/part{n}.py", 400, 40_000, 3, "FileModified"),
            Connect("pypi.org", 443),
        ),
        {_P: 14, _F: 12, _N: 3},
    ),
}

HABITS: dict[str, Habit] = _WINDOWS_HABITS | _DESKTOP_HABITS | _SERVER_HABITS | _LINUX_HABITS
