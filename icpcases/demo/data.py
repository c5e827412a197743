"""Who appears in the demo office: all invented, every address under a reserved name."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Member:
    """Somebody with an account."""

    username: str
    last_name: str
    first_name: str
    email: str
    group: str = ""


CAST = (
    Member("li", "李", "娜", "li@office.example", "officer"),
    Member("zhao", "赵", "敏", "zhao@office.example", "officer"),
    Member("chen", "陈", "静", "chen@office.example", "supervisor"),
    Member("sun", "孙", "磊", "sun@office.example", "auditor"),
    Member("wei", "王", "伟", "wei@example.com"),
    Member("mei", "韩", "梅", "mei@example.com"),
)


@dataclass(frozen=True)
class Firm:
    """An applicant: `kind` is the applicant type, `province` where it files.

    `leader` leads its services; the subject too, unless it has a `head` of its own.
    """

    name: str
    kind: str
    province: str
    leader: str
    language: str = "zh-hans"
    head: str = ""
    #: The firm that it is once more: somebody applied twice.
    twin: str = ""
    #: The number of its commercial licence.
    licence: str = ""


def enterprise(
    name: str, province: str, leader: str, language: str = "zh-hans", **more: str
) -> Firm:
    """A firm of the Mainland."""
    return Firm(name, "enterprise", f"CN-{province}", leader, language, **more)


def organisation(name: str, province: str, leader: str) -> Firm:
    """Another body of the Mainland."""
    return Firm(name, "organisation", f"CN-{province}", leader)


def individual(name: str, province: str) -> Firm:
    """A person."""
    return Firm(name, "individual", f"CN-{province}", name)


def _foreign(name: str, province: str, leader: str) -> Firm:
    return Firm(name, "foreign_enterprise", f"CN-{province}", leader, "en")


FIRMS = {
    "yulan": enterprise("北京玉兰书店有限公司", "BJ", "王伟"),
    "jingxi": enterprise("京西乐器行有限公司", "BJ", "刘建国"),
    "haihe": enterprise("天津海河灯具有限公司", "TJ", "张秀英"),
    "harbour": _foreign("Harbour & Pine Furniture Ltd", "TJ", "许文浩"),
    "zhaozhou": enterprise("赵州雪花梨农业有限公司", "HE", "高建军"),
    "baiyang": enterprise("白洋淀芦苇画工作室有限公司", "HE", "田雨"),
    "vinegar": enterprise("晋味老陈醋有限公司", "SX", "阎志强"),
    "grassland": enterprise("敕勒川乳品有限公司", "NM", "乌兰"),
    "horse": individual("巴特尔", "NM"),
    "dalian": enterprise("大连海岸咖啡有限公司", "LN", "孙晓东"),
    "rosewood": _foreign("Rosewood Bindery Ltd", "LN", "Clara Whitfield"),
    "ginseng": enterprise("长白山参茸有限公司", "JL", "朴成哲"),
    "skating": organisation("长春市青少年冰上运动协会", "JL", "姜雪"),
    "snow": enterprise("雪乡林间民宿有限公司", "HL", "于海波"),
    "soya": enterprise("北大荒豆制品有限公司", "HL", "曲丽华"),
    "nordlicht": _foreign("Nordlicht Design GmbH", "SH", "Jana Vogel"),
    "fado": _foreign("Fado Records Lda", "SH", "顾佳怡"),
    "bund": enterprise("Bund Lane Coffee (Shanghai) Co., Ltd", "SH", "沈思远", "en"),
    "qipao": enterprise("上海弄堂旗袍有限公司", "SH", "陆婉清"),
    "kunqu": enterprise("苏州昆曲票友文化有限公司", "JS", "钱慧"),
    "kansai": _foreign("Kansai Stationery K.K.", "JS", "佐藤健"),
    "yunjin": enterprise("南京云锦织造有限公司", "JS", "吴文斌"),
    "westlake": enterprise("杭州西湖光影摄影有限公司", "ZJ", "潘晓燕"),
    "alpine": _foreign("Alpine Tea Trading AG", "ZJ", "方志远"),
    "yiwu": enterprise("义乌小铺百货有限公司", "ZJ", "楼建平"),
    "longjing": enterprise("龙井村茶友文化有限公司", "ZJ", "戚美玲"),
    "huangshan": enterprise("黄山毛峰茶叶专业合作社", "AH", "汪德顺"),
    "anhui_ink": enterprise("徽州墨坊有限公司", "AH", "胡文轩"),
    "wuyi": enterprise("武夷山岩上茶业有限公司", "FJ", "林国栋"),
    "minnan": individual("陈阿土", "FJ"),
    "strait": enterprise("厦门海峡旅行社有限公司", "FJ", "蔡雅婷"),
    "porcelain": enterprise("景德镇青花陶瓷有限公司", "JX", "韩梅"),
    "apple": enterprise("烟台果满园有限公司", "SD", "迟永胜"),
    "kite": enterprise("潍坊纸鸢有限公司", "SD", "宋春燕"),
    "shaolin": enterprise("嵩山武术用品有限公司", "HA", "释延明"),
    "luoyang": organisation("洛阳牡丹园艺研究所", "HA", "孟庆华"),
    "carclub": enterprise("武汉荆楚车友汇文化有限公司", "HB", "余浩"),
    "lotus": enterprise("洪湖莲藕食品有限公司", "HB", "夏荷"),
    "yangtze": enterprise("宜昌三峡钓友俱乐部有限公司", "HB", "向东"),
    "pepper": enterprise("湘味剁椒食品有限公司", "HN", "彭小军"),
    "garden": enterprise("岭南园艺之家有限公司", "GD", "黄婉仪"),
    "maple": _foreign("Maple Leaf Gardening Inc.", "GD", "何嘉欣"),
    "highland": _foreign("Highland Whisky Society plc", "GD", "Fergus Reid"),
    "chess": _foreign("Pacific Chess Federation Ltd", "GD", "罗子健"),
    "kowloon": _foreign("Kowloon Ceramics Ltd 九龍陶瓷有限公司", "GD", "區志明"),
    "wander": _foreign("Wanderlust Reisen BV", "GD", "Sanne de Wit"),
    "guitar": enterprise("深圳弦外吉他社区科技有限公司", "GD", "郑凯"),
    "lapland": _foreign("Lapland Outdoor Oy", "GD", "叶文静"),
    "orchard": _foreign("Orchard House Publishing Pte Ltd", "SH", "程安琪"),
    "amber": _foreign("Baltic Amber Trading OÜ", "SH", "Kadri Tamm"),
    "tennis": enterprise("宁波网球之家体育有限公司", "ZJ", "邵一鸣"),
    "peanut": enterprise("莱西花生油有限公司", "SD", "姜海燕"),
    "hotspring": enterprise("哈尔滨冰雪温泉有限公司", "HL", "关涛"),
    "shenzhen": enterprise("深圳云雀硬件有限公司", "GD", "谭志豪"),
    "zhuhai": enterprise("珠海横琴渔港食品有限公司", "GD", "邝家乐"),
    "dialect": enterprise("桂林方言之声文化有限公司", "GX", "韦晓梅"),
    "snail": enterprise("柳州螺蛳粉食品有限公司", "GX", "覃勇"),
    "diving": enterprise("三亚深蓝潜水有限公司", "HI", "符传海"),
    "coconut": enterprise("Hainan Coconut Kitchen Co., Ltd", "HI", "吴莉莉", "en"),
    "hotpot": enterprise("重庆山城火锅底料有限公司", "CQ", "冉小红"),
    "bridge": organisation("重庆市桥梁摄影学会", "CQ", "邓伟"),
    "cuisine": organisation("四川省川菜文化研究会", "SC", "何淑芬"),
    "cycling": enterprise("成都蓉城骑行文化有限公司", "SC", "唐磊"),
    "panda": enterprise("雅安熊猫文创有限公司", "SC", "罗琳"),
    "hiking": individual("杨开慧", "GZ"),
    "batik": enterprise("黔东南蜡染工坊有限公司", "GZ", "龙阿妹"),
    "coffee": enterprise("普洱山地咖啡有限公司", "YN", "刀建民"),
    "flowers": enterprise("昆明斗南鲜花有限公司", "YN", "段誉"),
    "gesang": individual("央金卓玛", "XZ"),
    "thangka": enterprise("拉萨唐卡艺术有限公司", "XZ", "洛桑"),
    "noodles": enterprise("西安长安面馆有限公司", "SN", "秦朗"),
    "papercut": enterprise("延安剪纸文化有限公司", "SN", "惠兰"),
    "lanzhou": enterprise("兰州百合食品有限公司", "GS", "马国强"),
    "dunhuang": enterprise("敦煌飞天文创有限公司", "GS", "安雪莲"),
    "qinghai": enterprise("青海湖骑行驿站有限公司", "QH", "才让"),
    "salt": organisation("茶卡盐湖生态保护中心", "QH", "李生祥"),
    "goji": enterprise("中宁枸杞批发有限公司", "NX", "马晓云"),
    "winery": enterprise("贺兰山东麓酒庄有限公司", "NX", "纳文"),
    "jade": enterprise("和田玉雕有限公司", "XJ", "阿不都"),
    "raisin": enterprise("吐鲁番葡萄干有限公司", "XJ", "古丽娜"),
}


@dataclass(frozen=True)
class Site:
    """A website or another service a case is about; a website without a domain has an IP address
    only. An App has `features` on each of its platforms."""

    firm: str
    name: str
    domain: str = ""
    ip_address: str = ""
    kind: str = "website"
    features: dict[str, dict[str, str]] = field(default_factory=dict)


SITES = {
    "yulan-books": Site("yulan", "玉兰书店", "yulan-books.example"),
    "yulan-gallery": Site("yulan", "玉兰画廊", "玉兰画廊.example"),
    "yulan-reading": Site("yulan", "玉兰读书会", "yulan-reading.example"),
    "yulan-kids": Site("yulan", "玉兰童书馆", "yulan-kids.example"),
    "jingxi": Site("jingxi", "京西乐器", "jingxi-music.example"),
    "haihe": Site("haihe", "海河灯具", "haihe-lamps.example"),
    "harbour": Site("harbour", "Harbour & Pine", "harbour-and-pine.example"),
    "zhaozhou": Site("zhaozhou", "赵州雪花梨", "雪花梨.example"),
    "baiyang": Site("baiyang", "白洋淀芦苇画", "reed-pictures.example"),
    "vinegar": Site("vinegar", "晋味陈醋", "jinwei-vinegar.example"),
    "grassland": Site("grassland", "敕勒川乳品", "chilechuan-dairy.example"),
    "horse": Site("horse", "巴特尔的马场", "batel-horses.test"),
    "dalian": Site("dalian", "海岸咖啡", "coast-coffee.example"),
    "rosewood": Site("rosewood", "Rosewood Bindery", "rosewood-bindery.example"),
    "ginseng": Site("ginseng", "长白山参茸", "changbai-ginseng.example"),
    "skating": Site("skating", "长春青少年冰上运动", "changchun-skating.test"),
    "snow": Site("snow", "雪乡林间民宿", "snow-inn.example"),
    "soya": Site("soya", "北大荒豆制品", "beidahuang-soya.example"),
    "nordlicht": Site("nordlicht", "Nordlicht", "nordlicht-design.example"),
    "fado": Site("fado", "Fado Records", "fado-records.example"),
    "bund": Site("bund", "Bund Lane Coffee", "bundlane.example"),
    "qipao": Site("qipao", "弄堂旗袍", "弄堂旗袍.example"),
    "kunqu": Site("kunqu", "昆曲票友论坛", "kunqu-forum.example"),
    "kunqu-talk": Site("kunqu", "昆曲茶座", "kunqu-talk.test"),
    "kansai": Site("kansai", "Kansai Stationery", "kansai-stationery.example"),
    "yunjin": Site("yunjin", "南京云锦", "yunjin-brocade.example"),
    "westlake": Site("westlake", "西湖光影社区", "westlake-photo.example"),
    "alpine": Site("alpine", "Alpine Tea", "alpine-tea.example"),
    "yiwu": Site("yiwu", "义乌小铺", "yiwu-shop.example"),
    "longjing": Site("longjing", "龙井茶友会", "longjing-friends.example"),
    "huangshan": Site("huangshan", "黄山毛峰", "maofeng.example"),
    "anhui-ink": Site("anhui_ink", "徽州墨坊", "徽墨.example"),
    "wuyi": Site("wuyi", "武夷岩茶", "wuyi-tea.example"),
    "minnan": Site("minnan", "阿土说茶", "www.wuyi-tea.example"),
    "strait": Site("strait", "海峡旅行", "strait-travel.example"),
    "porcelain": Site("porcelain", "青花陶瓷", "qinghua-porcelain.example"),
    "porcelain-art": Site("porcelain", "青花美术馆", "青花美术馆.example"),
    "apple-shop": Site("apple", "果满园商城", "guomanyuan-shop.example"),
    "apple-farm": Site("apple", "果满园农场", "guomanyuan-farm.example"),
    "kite": Site("kite", "潍坊纸鸢", "weifang-kites.example"),
    "shaolin": Site("shaolin", "嵩山武术用品", "songshan-gear.example"),
    "luoyang": Site("luoyang", "洛阳牡丹", "peony-institute.test"),
    "carclub": Site("carclub", "荆楚车友汇", "jingchu-cars.example"),
    "lotus": Site("lotus", "洪湖莲藕", "honghu-lotus.example"),
    "yangtze": Site("yangtze", "三峡钓友", "three-gorges-fishing.example"),
    "pepper": Site("pepper", "湘味剁椒", "xiangwei-pepper.example"),
    "garden": Site("garden", "岭南园艺论坛", "lingnan-garden.example"),
    "maple": Site("maple", "Maple Leaf Gardening", "maple-gardening.example"),
    "highland": Site("highland", "Highland Whisky Society", "highland-society.example"),
    "chess": Site("chess", "Pacific Chess", "pacific-chess.example"),
    "kowloon": Site("kowloon", "Kowloon Ceramics", "kowloon-ceramics.example"),
    "kowloon-art": Site("kowloon", "九龍陶藝", "九龍陶藝.example"),
    "wander": Site("wander", "Wanderlust Community", "wanderlust-community.example"),
    "guitar": Site("guitar", "弦外吉他社区", "xianwai-guitar.example"),
    "lapland": Site("lapland", "Lapland Outdoor", "lapland-outdoor.example"),
    "orchard": Site("orchard", "Orchard House Readers", "orchard-readers.example"),
    "amber": Site("amber", "Baltic Amber", "baltic-amber.example"),
    "tennis": Site("tennis", "网球之家社区", "网球之家.example"),
    "peanut": Site("peanut", "莱西花生油", "laixi-peanut.example"),
    "hotspring": Site("hotspring", "冰雪温泉", "harbin-hotspring.example"),
    "shenzhen": Site("shenzhen", "云雀硬件", "skylark-hardware.example"),
    "zhuhai": Site("zhuhai", "横琴渔港", "hengqin-harbour.example"),
    "dialect": Site("dialect", "方言之声论坛", "fangyan-voices.example"),
    "snail": Site("snail", "螺蛳粉", "luosifen.example"),
    "diving": Site("diving", "深蓝潜水", "deep-blue-diving.example"),
    "coconut": Site("coconut", "Coconut Kitchen", "coconut-kitchen.example"),
    "hotpot": Site("hotpot", "山城火锅", "山城火锅.example"),
    "bridge": Site("bridge", "桥都影像", "bridge-photos.test"),
    "cuisine": Site("cuisine", "川菜研究会论坛", "sichuan-cuisine.test"),
    "cycling": Site("cycling", "蓉城骑行", "rongcheng-cycling.example"),
    "panda": Site("panda", "熊猫文创", "panda-craft.example"),
    "hiking": Site("hiking", "黔山徒步论坛", "qian-hiking.example"),
    "hiking-talk": Site("hiking", "徒步闲谈", "hiking-talk.test"),
    "batik": Site("batik", "黔东南蜡染", "qiandongnan-batik.example"),
    "coffee": Site("coffee", "普洱山地咖啡", "puer-coffee.example"),
    "flowers": Site("flowers", "斗南鲜花", "dounan-flowers.example"),
    "gesang": Site("gesang", "格桑花民宿", "gesang-inn.example"),
    "thangka": Site("thangka", "拉萨唐卡", "lhasa-thangka.example"),
    "noodles": Site("noodles", "长安面馆", "changan-noodles.example"),
    "papercut": Site("papercut", "延安剪纸", "yanan-papercut.example"),
    "lanzhou": Site("lanzhou", "兰州百合", "lanzhou-lily.example"),
    "dunhuang": Site("dunhuang", "敦煌飞天文创", "feitian.example"),
    "qinghai": Site("qinghai", "青海湖骑行驿站", "qinghai-cycling.example"),
    "salt": Site("salt", "茶卡盐湖监测", ip_address="192.0.2.36"),
    "goji": Site("goji", "枸杞批发", ip_address="203.0.113.17"),
    "winery": Site("winery", "贺兰山酒庄", ip_address="198.51.100.204"),
    "jade": Site("jade", "和田玉雕", "hetian-jade.example"),
    "raisin": Site("raisin", "吐鲁番葡萄干", "turpan-raisins.example"),
}


@dataclass(frozen=True)
class Cloud:
    """An access provider and its ways; the format is a regular expression for its orders."""

    name: str
    name_zh: str
    order_number_format: str
    order_number_example: str
    phone: str
    website: str
    order_life_days: int = 45
    warn_days: tuple[int, ...] = (30, 40)
    review_days: int = 2


PROVIDERS = (
    Cloud("Example Cloud", "示例云", r"\d{14}", "20260301000042",
          "400-000-0001", "https://cloud.example/beian"),
    Cloud("Sample Hosting", "样例主机", r"[A-Z]{2}\d{12}", "BJ202603010042",
          "400-000-0002", "https://hosting.example/beian"),
    Cloud("Demo Networks", "演示网络", r"BA-\d{8}-\d{4}", "BA-20260301-0042",
          "400-000-0003", "https://networks.example/beian"),
)  # fmt: skip
