"""Licence files as vendors write them, made up: the shapes are theirs, every serial and name is invented."""

from __future__ import annotations

ESN = "2102311ABC10K5000123"
DID = "a1b2-c3d4-e5f6-0718-293a"
CUSTOMER = "单位SZ0001"


def huawei_xml(*, esn: str = ESN, kind: str = "COMM", cpus: int = 16, until: str = "PERMANENT") -> bytes:
    """A licence of a virtualization platform: general information, then the resources it allows."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<LicFile>
  <GeneralInfo version="1.0">
    <LSN>LIC20240305A7K2M9</LSN>
    <LicType>{kind}</LicType>
    <GraceDay>60</GraceDay>
    <CreateTime>2024-03-05 10:22:31</CreateTime>
    <Customer>{CUSTOMER}</Customer>
    <Country>China</Country>
    <Office>Shenzhen</Office>
  </GeneralInfo>
  <LicBasic>
    <LockModel>ESN</LockModel>
    <Node><Esn>{esn}</Esn></Node>
    <ExpireDate>{until}</ExpireDate>
  </LicBasic>
  <Resource>
    <Item name="LFCCPU01" value="{cpus}" unit="CPU"/>
    <Item name="LFCMGMT" value="1" unit="Site"/>
  </Resource>
  <Sign>MEUCIQDx7cEXAMPLEEXAMPLEEXAMPLEEXAMPLE0bQ==</Sign>
</LicFile>
""".encode()


def huawei_dat(
    *, esn: str = ESN, kind: str = "DEMO", cpus: int = 16, until: str = "2024-06-30", customer: str = CUSTOMER
) -> bytes:
    """The same in the older form: comments, then names with values."""
    return f"""# License file of cloud management, do not edit
LSN=LIC20240401B8L3N0
LicType={kind}
GraceDay=60
CreateTime=2024-04-01 09:00:00
Customer="{customer}"
Product=ManageOne
Esn="{esn}"
ExpireDate={until}
CPU Quantity={cpus}
Sign=3045EXAMPLE
""".encode()


def h3c_activation(*, did: str = DID, cpus: int = 48, until: str = "2027-12-31") -> bytes:
    """An activation file of a virtualization manager, in the encoding of a Chinese desk."""
    return f"""[License]
Activation Key: 3Q7X-91KD-EXAM-PLE0
H3C Product: CAS CVM
License Type: Formal
DID: {did}
CPU Number: {cpus}
客户名称: {CUSTOMER}
Start Date: 2024-05-01
Expired Date: {until}
[Signature]
0001EXAMPLE
""".encode("gb18030")


BILLION_LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<LicFile><LSN>&b;</LSN><LicType>COMM</LicType></LicFile>"""
OUTSIDE_FILE = b"""<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY passwd SYSTEM "file:///etc/passwd">]><LicFile><LSN>&passwd;</LSN></LicFile>"""
