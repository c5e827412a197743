"""Who has more than one errand here: clients with a subject filing, their sites, Apps, programs."""

from .data import FIRMS, SITES, Site, enterprise, individual, organisation


def _app(firm: str, name: str, package: str, domain: str = "", **more: str) -> Site:
    features = {
        platform: {
            "app_name": name, "package": package, "public_key": key, "fingerprint": mark,
        }
        for platform, (key, mark) in _SIGNED.items()
        if platform in ("android", *more)
    }  # fmt: skip
    return Site(firm, name, domain, kind="app", features=features)


_SIGNED = {
    "android": ("30:82:01:22:30:0D:06:09:2A:86:48:86:F7:0D:01", "9E:14:5C:07:DE:30:4E:B1"),
    "ios": ("30:82:01:0A:02:82:01:01:00:C1:2F:77:0B:66:5D", "41:C2:7A:90:18:EE:02:6F"),
    "harmony": ("30:59:30:13:06:07:2A:86:48:CE:3D:02:01", "B7:05:93:AC:DD:71:60:18"),
}

CLIENT_FIRMS = {
    "teaware": enterprise("北京听雨茶具有限公司", "BJ", "许静雯"),
    "lantern": enterprise("自贡彩灯制作有限公司", "SC", "林小满"),
    "ferry": enterprise("钱塘渡口旅游有限公司", "ZJ", "沈渡"),
    "clock": enterprise("泰州老钟表行有限公司", "JS", "丁守时"),
    "weaver": enterprise("南通蓝印花布有限公司", "JS", "葛素芳"),
    "drum": enterprise("开封盘鼓文化有限公司", "HA", "牛长河"),
    "bamboo": enterprise("安吉竹编工艺有限公司", "ZJ", "竺青"),
    "whale": enterprise("北京蓝鲸在线信息技术有限公司", "BJ", "尹航", licence="京ICP证060788号"),
    "archive": organisation("示例市档案局", "HB", "卢启明"),
    "parks": organisation("示例市园林局", "HB", "柳青"),
    "dimsum": enterprise("广州早茶点心有限公司", "GD", "莫润之"),
    "baozi": enterprise("天津津门包子铺有限公司", "TJ", "穆大海"),
    "courtyard": individual("周牧之", "SD"),
    "metro": enterprise("沈阳铁西机械零件有限公司", "LN", "石磊"),
    "loom": enterprise("湖州丝织厂有限公司", "ZJ", "费丽"),
    "saltworks": enterprise("自流井盐业文化有限公司", "SC", "盐生"),
    "arches": enterprise("绍兴石桥文旅有限公司", "ZJ", "骆小舟", head="傅山"),
    "pavilion": enterprise("苏州亭台古建有限公司", "JS", "计成", head="文衡"),
    "opera": organisation("芜湖市黄梅戏票友协会", "AH", "严凤"),
    "calligraphy": enterprise("宣城宣纸艺术有限公司", "AH", "曹墨林"),
    "mixian": enterprise("昆明过桥米线连锁有限公司", "YN", "和顺", head="木增"),
    "lime": enterprise("上海青柠便利连锁超市有限公司", "SH", "柯宁", head="柯青"),
    "weiqi": enterprise("杭州对弈软件有限公司", "ZJ", "聂小平"),
    "kiln": enterprise("宜兴龙窑紫砂有限公司", "JS", "顾景"),
    "fan": enterprise("苏州檀香扇有限公司", "JS", "盛怀"),
    "fan_again": enterprise("苏州檀香扇厂", "JS", "盛怀", twin="fan"),
    "inkstone": enterprise("肇庆端砚文房有限公司", "GD", "端木清"),
    "umbrella": enterprise("泸州油纸伞有限公司", "SC", "毕六福"),
}

CLIENT_SITES = {
    "yulan-app": _app("yulan", "玉兰书友", "example.yulan.books", "yulan-books.example"),
    "teaware": Site("teaware", "听雨茶具", "tingyu-teaware.example"),
    "lantern-old": Site("lantern", "自贡灯会旧站", "zigong-lanterns.test"),
    "lantern-shop": Site("lantern", "彩灯商城", "caideng-shop.example"),
    "ferry": Site("ferry", "钱塘渡口", "qiantang-ferry.example"),
    "clock": Site("clock", "老钟表行", "taizhou-clocks.example"),
    "weaver": Site("weaver", "蓝印花布", "lanyin.example"),
    "drum": Site("drum", "开封盘鼓", "kaifeng-drums.example"),
    "bamboo": Site("bamboo", "安吉竹编", "anji-bamboo.example"),
    "whale-forecast": Site("whale", "蓝鲸潮汐", "whale-tides.example"),
    "whale-app": _app("whale", "蓝鲸潮汐助手", "example.whale.tides", ios="", harmony=""),
    "archive": Site("archive", "示例市档案信息", "dag.demo-city.gov.cn"),
    "parks": Site("parks", "示例市园林绿化", "ylj.demo-city.gov.cn"),
    "dimsum": Site("dimsum", "早茶点心", "morning-dimsum.example"),
    "baozi-order": Site("baozi", "津门包子点餐", kind="mini_program"),
    "baozi-quick": Site("baozi", "津门包子快取", kind="quick_app"),
    "courtyard": Site("courtyard", "胡同小院日历", kind="mini_program"),
    "metro": Site("metro", "铁西零件", "tiexi-parts.example"),
    "metro-quick": Site("metro", "铁西零件查询", kind="quick_app"),
    "loom": Site("loom", "湖州丝织", "huzhou-silk.example"),
    "saltworks": Site("saltworks", "自流井盐业", "ziliujing.example"),
    "arches": Site("arches", "绍兴石桥", "shaoxing-arches.example"),
    "pavilion": Site("pavilion", "亭台古建", "亭台古建.example"),
    "opera": Site("opera", "黄梅票友", "huangmei-opera.test"),
    "calligraphy": Site("calligraphy", "宣纸艺术", "xuanzhi.example"),
    "mixian-menu": Site("mixian", "米线菜单", "mixian-menu.example"),
    "mixian-01": Site("mixian", "过桥米线五华店", "mixian-01.example"),
    "mixian-02": Site("mixian", "过桥米线盘龙店", "mixian-02.example"),
    "lime-01": Site("lime", "青柠便利黄浦店", "lime-01.example"),
    "lime-02": Site("lime", "青柠便利徐汇店", "lime-02.example"),
    "lime-03": Site("lime", "青柠便利长宁店", "lime-03.example"),
    "weiqi": _app("weiqi", "对弈围棋", "example.duiyi.weiqi", ios="", harmony=""),
    "kiln-museum": Site("kiln", "龙窑博物馆", "龙窑博物馆.example"),
    "fan": Site("fan", "檀香扇", "sandalwood-fans.example"),
    "fan-again": Site("fan_again", "檀香扇厂", "suzhou-fans.example"),
    "peanut-press": Site("peanut", "莱西小磨坊", "laixi-press.example"),
    "kite-second": Site("kite", "纸鸢课堂", "kite-class.example"),
    "inkstone-old": Site("inkstone", "端砚旧站", "duanyan-old.example"),
    "umbrella": Site("umbrella", "泸州油纸伞", "luzhou-umbrella.example"),
    "umbrella-app": Site("umbrella", "油纸伞定制", kind="app"),
}

ALL_FIRMS = FIRMS | CLIENT_FIRMS
ALL_SITES = SITES | CLIENT_SITES
