using System;
using System.Runtime.Serialization;
using OutSystems.HubEdition.RuntimePlatform;

namespace OutSystems.NssWarehouse_Tools {

	public sealed partial class ENCustomerEntity {
		public static string ViewName(int? tenant, string locale) {
			return ENCustomerEntityConfiguration.GetPhysicalTableName();
		}
	} // ENCustomerEntity

	/// <summary>
	/// Entity <code>ENCustomerEntityRecord</code> that represents the Service Studio entity
	///  <code>Customer</code> <p> Description: Who buys.</p>
	/// </summary>
	[OutSystems.HubEdition.RuntimePlatform.MetaInformation.EntityRecordDetails("Customer", "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAA", 0, "[Shop].[dbo].[Customer]", null)]
	[Serializable()]
	public partial struct ENCustomerEntityRecord: ISerializable, ITypedRecord<ENCustomerEntityRecord>, ISimpleRecord {
		internal static readonly GlobalObjectKey IdId = GlobalObjectKey.Parse("AAAAAAAAAAAAAAAAAAAAAA*AAAAAAAAAAAAAAAAAAAAAA");

		[OutSystems.HubEdition.RuntimePlatform.MetaInformation.EntityAttributeDetails("Id", 0, true, true, false, true)]
		[System.Xml.Serialization.XmlElement("Id")]
		private int _ssId;
		public int ssId {
			get {
				return _ssId;
			}
			set {
				if ((_ssId!=value) || OptimizedAttributes[0]) {
					_ssId = value;
				}
			}
		}

		[OutSystems.HubEdition.RuntimePlatform.MetaInformation.EntityAttributeDetails("Mail", 250, false, false, false, false)]
		[System.Xml.Serialization.XmlElement("Mail")]
		private string _ssMail;
		public string ssMail {
			get {
				return _ssMail;
			}
			set {
				_ssMail = value;
			}
		}

		public BitArray ChangedAttributes;

		public ENCustomerEntityRecord(params string[] dummy) {
			_ssId = 0;
			_ssMail = "";
		}

		public void ToXml(Object parent, System.Xml.XmlElement baseElem, String fieldName, int detailLevel) {
			VarValue.AppendAttribute(recordElem, "Id", ssId, detailLevel, TypeKind.EntityReference);
			VarValue.AppendAttribute(recordElem, "Mail", ssMail, detailLevel, TypeKind.Email);
		}
	} // ENCustomerEntityRecord

} // OutSystems.NssWarehouse_Tools
